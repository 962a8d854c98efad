/**
 * Runs one of the programs in this folder on a machine that has any Node from 20 and npm: installs what is missing, then goes on under
 * the Node that package.json pins. Usage: node scripts/run.mjs <program> [arguments]
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const at = (...parts) => join(root, ...parts);
const bin = at('node_modules', '.bin');
const node = join(bin, 'node');
const [program, ...args] = process.argv.slice(2);

let child;
let signalled;
// In a terminal Ctrl-C reaches the child by itself too; one of the two is enough, and the end of the child is awaited.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    signalled = signal;
    child?.kill(signal);
  });
}
// The terminal may be gone before the end.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

const [major] = process.versions.node.split('.').map(Number);
if (major < 20) fail(`Node 20 or newer is needed, this is ${process.version}.`);
if (!program || !existsSync(at('scripts', `${program}.mjs`))) fail(`There is no program ${program}.`);
await install();
process.exit(await run(node, [at('scripts', `${program}.mjs`), ...args], { PATH: `${bin}:${process.env.PATH}` }));

/** Installs when there is nothing, or when package-lock.json is another than the one that was installed. */
async function install() {
  const stamp = at('node_modules', '.installed');
  const wanted = createHash('sha256')
    .update(readFileSync(at('package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && existsSync(node) && readFileSync(stamp, 'utf8') === wanted) return;
  const started = Date.now();
  console.log('Installing packages (npm ci), the pinned Node among them. The first time it takes a minute ...');
  const code = await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {});
  if (signalled) process.exit(code);
  if (code !== 0) fail('npm ci failed; its own words are above.');
  if (!existsSync(node))
    fail('The pinned Node was not installed: npm must be allowed to run the install script of the package "node".');
  writeFileSync(stamp, wanted);
  console.log(`Packages installed in ${((Date.now() - started) / 1000).toFixed(0)} s.`);
}

/** @returns the exit code, as a shell gives it */
function run(command, words, env) {
  return new Promise((resolve) => {
    child = spawn(command, words, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
    child.on('error', (error) => fail(`${command} could not be started: ${error.message}`));
    child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
