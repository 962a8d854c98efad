/**
 * Runs one of the programs in this folder on a machine that has any Node from 20 and npm: installs what is missing, then goes on under
 * the Node that package.json pins. Usage: node scripts/run.mjs <program> [arguments]
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const at = (...parts) => join(root, ...parts);
const [program, ...args] = process.argv.slice(2);

const [major] = process.versions.node.split('.').map(Number);
if (major < 20) fail(`Node 20 or newer is needed, this is ${process.version}.`);
if (!program || !existsSync(at('scripts', `${program}.mjs`))) fail(`There is no program ${program}.`);

install();

const node = at('node_modules', '.bin', 'node');
if (!existsSync(node))
  fail('The pinned Node was not installed: npm must be allowed to run the install script of the package "node".');
const child = spawn(node, [at('scripts', `${program}.mjs`), ...args], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, PATH: `${at('node_modules', '.bin')}:${process.env.PATH}` },
});
// Ctrl-C reaches the program by itself; this process waits for its end.
for (const signal of ['SIGINT', 'SIGHUP']) process.on(signal, () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => process.exit(signal ? 130 : (code ?? 1)));

/** Installs when there is nothing, or when package-lock.json is another than the one that was installed. */
function install() {
  const stamp = at('node_modules', '.installed');
  const wanted = createHash('sha256')
    .update(readFileSync(at('package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const started = Date.now();
  console.log('Installing packages (npm ci) ...');
  const { status, error } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (error) fail(`npm could not be started: ${error.message}`);
  if (status !== 0) fail('npm ci failed; its own words are above.');
  writeFileSync(stamp, wanted);
  console.log(`Packages installed in ${((Date.now() - started) / 1000).toFixed(0)} s.`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
