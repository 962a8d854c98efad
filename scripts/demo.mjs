/** Plays the journey on the running network. `--profile <file>` plays it on another one. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { root } from './build.mjs';
import { readOptions } from './options.mjs';

const { data, values } = readOptions({ profile: { type: 'string' } });
const profile = resolve(values.profile ?? join(data, 'profile.json'));
if (!existsSync(profile)) {
  console.error(`There is no network profile ${profile}. Start a network with: npm start`);
  process.exit(1);
}
const demo = spawn(process.execPath, [join(root, 'test/dist/journeys/ledger/demo.js'), profile], { stdio: 'inherit' });
demo.on('exit', (code) => process.exit(code ?? 1));
