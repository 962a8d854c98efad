/** Plays the journey on the running network. `--profile <file>` plays it on another one. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build, root } from './build.mjs';
import { fail, network, pathOf, readOptions } from './options.mjs';

const { data, values } = readOptions({ profile: { type: 'string' } });
const profile = values.profile ? pathOf(values.profile) : await profileOfRunning();
if (!existsSync(profile)) fail(`There is no network profile ${profile}`);
const program = join(root, 'test/dist/journeys/ledger/demo.js');
if (!existsSync(program)) await build().catch((error) => fail(error.message));
const demo = spawn(process.execPath, [program, profile], { stdio: 'inherit' });
demo.on('exit', (code) => process.exit(code ?? 1));

async function profileOfRunning() {
  const { askControl } = await network('supervisor/control.js');
  await askControl(data, { command: 'status' }).catch((error) => fail(error.message));
  return join(data, 'profile.json');
}
