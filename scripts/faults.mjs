/** kill -9 of each process in turn under load, on a network of its own; see test/faults/kill.ts. `npm run test:faults -- 2` kills twice. */
import { build } from './build.mjs';

await build();
await import('../test/dist/faults/kill.js');
