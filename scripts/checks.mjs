/** Rules of the house that a program can check. Each gives its faults, one line each; none means it holds. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { founders, root } from './build.mjs';

const maxLines = 300;

export const checks = [
  { name: "the founders' list is committed as consortium.yaml has it", check: committedFounders },
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

/** The build writes it; a copy that is not committed would make another package on another machine. */
async function committedFounders() {
  const { path, text } = await founders();
  const { stdout } = spawnSync('git', ['show', `HEAD:${relative(root, path)}`], { cwd: root, encoding: 'utf8' });
  return stdout === text ? [] : [`${path} is not committed as it is now`];
}

/** Past 300 lines a file holds more than one idea. */
function shortFiles() {
  return sources()
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > maxLines)
    .map(({ path, lines }) => `${path}: ${lines} lines`);
}

/** What silences the compiler or a test hides a fault; a note to oneself is work that is not done. */
function nothingHidden() {
  const inComments = /(\/\/|\*).*(\b(TODO|FIXME|XXX|HACK)\b|@ts-(ignore|nocheck|expect-error))/;
  const inCode = /\b(describe|it)\.(skip|only)\(|: any\b|as any\b|as unknown as/;
  // These two write such words: one looks for them, the other generates code.
  const applies = ({ path }) => !['scripts/checks.mjs', 'openapi/src/generate.mjs'].includes(path);
  return [...linesThat(inComments, applies), ...linesThat(inCode, applies, withoutComment)];
}

/** Two honest endorsers must write equal bytes wherever they stand. */
function deterministicContracts() {
  const chancy =
    /\bDate\b|Math\.random|random(Bytes|UUID)|process\.(env|hrtime)|Intl\b|toLocale|localeCompare|performance\.|setTimeout/;
  const applies = ({ path }) => path.startsWith('chaincode/src/') && path !== 'chaincode/src/ledger/clock.ts';
  return linesThat(chancy, applies, withoutComment);
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
  const isTested = (code) => new RegExp(`'([1-5]\\d\\d )?${code}'`).test(tests);
  return codes.filter((code) => !isTested(code)).map((code) => `${code} is in no test`);
}

const withoutComment = (line) => line.replace(/^\s*(\*|\/\/|\/\*).*/, '');

function linesThat(pattern, applies, part = (line) => line) {
  return sources()
    .filter(applies)
    .flatMap(({ path, text }) =>
      text.split('\n').flatMap((line, i) => (pattern.test(part(line)) ? [`${path}:${i + 1}: ${line.trim()}`] : [])),
    );
}

/** Every source file that git tracks or would, but generated ones. */
function sources() {
  const { stdout } = spawnSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.mjs', '*.cjs'],
    { cwd: root, encoding: 'utf8' },
  );
  if (!stdout) throw new Error('the checks ask git which files there are: run them in a clone');
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
