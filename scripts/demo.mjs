/** Plays the journey on the running network. `--profile <file>` plays it on another one. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build, root } from './build.mjs';
import { compiled, fail, pathOf, readOptions } from './options.mjs';

const { data, values } = readOptions({ profile: { type: 'string' } });
const profile = values.profile ? pathOf(values.profile) : await profileOfRunning();
if (!existsSync(profile)) fail(`There is no network profile ${profile}`);
const program = join(root, 'test/dist/journeys/first/demo.js');
if (!existsSync(program)) await build().catch((error) => fail(error.message));
const demo = spawn(process.execPath, [program, profile], { stdio: 'inherit' });
// Ctrl-C reaches the demo by itself, which puts things in order first.
process.on('SIGINT', () => {});
demo.on('exit', (code) => process.exit(code ?? 1));

async function profileOfRunning() {
  const { askControl } = await compiled('network', 'supervisor/control.js');
  const { processes = [] } = await askControl(data, { command: 'status' }).catch((error) => fail(error.message));
  const away = processes.find(({ state }) => state !== 'ready');
  if (away) fail(`${away.name} is ${away.state}. The demo needs every process: npm run network -- start ${away.name}`);
  return join(data, 'profile.json');
}
