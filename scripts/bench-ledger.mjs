/** Measures the ledger on this machine; see test/benchmarks/ledger.ts. */
import { build } from './build.mjs';

process.env.CORE_CHAINCODE_LOGGING_LEVEL ??= 'critical';
await build();
await import('../test/dist/benchmarks/ledger.js');
