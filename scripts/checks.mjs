/** Rules of the house that a program can check. Each gives its faults, one line each; none means it holds. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { founders, root } from './build.mjs';

const maxLines = 300;

export const checks = [
  { name: 'generated files are up to date', check: generated },
  { name: 'lint', check: () => run('node_modules/.bin/oxlint', ['--type-aware', '--deny-warnings']) },
  { name: 'format', check: () => run('node_modules/.bin/prettier', ['--check', '--log-level', 'warn', '.']) },
  { name: `no file is longer than ${maxLines} lines`, check: shortFiles },
  { name: 'nothing is hidden from the compiler or left over', check: nothingHidden },
  {
    name: 'the contracts read a clock in one place and know no chance, zone or environment',
    check: deterministicContracts,
  },
  { name: 'every error code is tested', check: testedCodes },
];

/** Types, validators and catalogue follow from openapi/, the founders' list from consortium.yaml. A stale copy would lie. */
async function generated() {
  const { path, text } = await founders();
  const stale = readFileSync(path, 'utf8') === text ? [] : [`stale: ${path}`];
  return [...stale, ...run('node_modules/.bin/node', ['openapi/src/generate.mjs', '--check'])];
}

/** Past 300 lines a file holds more than one idea. */
function shortFiles() {
  return sources()
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > maxLines)
    .map(({ path, lines }) => `${path}: ${lines} lines`);
}

/** What silences the compiler or a test hides a fault. */
function nothingHidden() {
  const hidden =
    /\b(TODO|FIXME|XXX|HACK)\b|@ts-(ignore|nocheck|expect-error)|\b(describe|it)\.(skip|only)\(|: any\b|as any\b|as unknown as/;
  return linesThat(hidden, ({ path }) => !['scripts/checks.mjs', 'openapi/src/generate.mjs'].includes(path));
}

/** Two honest endorsers must write equal bytes wherever they stand. */
function deterministicContracts() {
  const chancy =
    /\bDate\b|Math\.random|random(Bytes|UUID)|process\.(env|hrtime)|Intl\b|toLocale|localeCompare|performance\.|setTimeout/;
  return linesThat(chancy, ({ path }) => path.startsWith('chaincode/src/') && path !== 'chaincode/src/ledger/clock.ts');
}

/** A code that no test mentions may be unreachable, or wrong. */
function testedCodes() {
  const tests = sources()
    .filter(({ path }) => path.includes('test/'))
    .map(({ text }) => text)
    .join('\n');
  const codes = [...readFileSync(join(root, 'openapi/errors.yaml'), 'utf8').matchAll(/^([A-Z_]+):/gm)].map(
    ([, code]) => code,
  );
  return codes.filter((code) => !tests.includes(`'${code}'`)).map((code) => `${code} is in no test`);
}

function linesThat(pattern, applies) {
  return sources()
    .filter(applies)
    .flatMap(({ path, text }) =>
      text
        .split('\n')
        .flatMap((line, i) =>
          pattern.test(line.replace(/^\s*(\*|\/\/|\/\*).*/, '')) ? [`${path}:${i + 1}: ${line.trim()}`] : [],
        ),
    );
}

/** Every source file that git tracks or would, but generated ones. */
function sources() {
  const { stdout } = spawnSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.mjs', '*.cjs'],
    { cwd: root, encoding: 'utf8' },
  );
  return stdout
    .split('\n')
    .filter((path) => path && !path.includes('generated'))
    .flatMap((path) => {
      try {
        return [{ path, text: readFileSync(join(root, path), 'utf8') }];
      } catch {
        return []; // deleted and not committed yet
      }
    });
}

function run(command, args) {
  const { status, stdout, stderr } = spawnSync(join(root, command), args, { cwd: root, encoding: 'utf8' });
  return status === 0 ? [] : [`${stdout}${stderr}`.trim() || `${command} ended with ${status}`];
}
