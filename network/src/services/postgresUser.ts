import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, readFileSync, statSync } from 'node:fs';

/** Who Postgres runs as. */
export interface PostgresUser {
  /** Makes a command line that runs as this user. */
  command(program: string, args: readonly string[]): { command: string; args: readonly string[] };
  /** Gives a file or folder to this user. */
  own(path: string): void;
}

/**
 * This process's user. Postgres refuses root: then it is the owner of the data that is there already, else `postgres` or `nobody`. Such a
 * user keeps the capability to go through folders that are root's alone, as the data folder is, and a checkout under /root.
 *
 * @param data Postgres' data, which may not be there yet
 * @throws Error with one clear line when root cannot become another user that way
 */
export function postgresUser(data: string): PostgresUser {
  if (process.getuid?.() !== 0) return { command: (command, args) => ({ command, args }), own: () => {} };
  const { uid, gid } = ownerOf(data) ?? idsOf('postgres') ?? idsOf('nobody') ?? refuse('there is no other user');
  const capability = `+${mayTraverse()}`;
  // Without this bit access(2), by which Postgres looks for its programs, would leave the capability out.
  const identity = ['--securebits=+no_setuid_fixup', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
  const all = [...identity, `--inh-caps=${capability}`, `--ambient-caps=${capability}`, '--'];
  if (spawnSync('setpriv', [...all, 'true']).status !== 0)
    refuse("util-linux' setpriv is missing, or does not work here");
  return {
    command: (program, args) => ({ command: 'setpriv', args: [...all, program, ...args] }),
    own: (path) => chownSync(path, uid, gid),
  };
}

interface Ids {
  readonly uid: number;
  readonly gid: number;
}

function ownerOf(path: string): Ids | undefined {
  const owner = statSync(path, { throwIfNoEntry: false });
  return owner && owner.uid !== 0 ? owner : undefined;
}

function idsOf(user: string): Ids | undefined {
  try {
    const id = (flag: string): number => Number(execFileSync('id', [flag, user], { encoding: 'utf8', stdio: 'pipe' }));
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}

/** Reading is enough; containers often have only the wider one. Numbers as in capabilities(7). */
function mayTraverse(): string {
  const effective = BigInt(
    `0x${/^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'}`,
  );
  const has = (bit: bigint): boolean => ((effective >> bit) & 1n) === 1n;
  if (has(2n)) return 'dac_read_search';
  return has(1n) ? 'dac_override' : refuse('the capability dac_override is missing');
}

function refuse(reason: string): never {
  throw new Error(
    `Postgres does not run as root, and ${reason}: start as another user, or name a server by DATABASE_URL.`,
  );
}
