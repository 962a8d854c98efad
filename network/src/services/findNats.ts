import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fetchNats, fetchedNats } from './fetchNats.js';
import { isAtLeast, programVersion } from './programVersion.js';

const lowest = [2, 12];
const versionPattern = /nats-server: v(\d+)\.(\d+)/;

/** Kept for all networks of this user, whatever is wiped. */
export const natsCache = (env: Readonly<Record<string, string | undefined>>): string =>
  join(env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache'), 'reciprocal-clubs');

/**
 * A nats-server, 2.12 or newer: the program `NATS_SERVER`, else in `PATH`, else in our cache, else fetched into it.
 *
 * @param say a line about each that is passed over, and of progress
 * @returns path of the program
 * @throws Error with one clear line when there is none and none can be fetched
 */
export async function findNats(
  env: Readonly<Record<string, string | undefined>>,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<string> {
  const cache = natsCache(env);
  const inPath = (env['PATH'] ?? '').split(delimiter).filter(Boolean);
  const programs = [
    ...(env['NATS_SERVER'] ? [env['NATS_SERVER']] : []),
    ...inPath.map((folder) => join(folder, 'nats-server')),
    ...fetchedNats(cache),
  ];
  for (const program of programs) {
    const version = await programVersion(program, versionPattern);
    if (version && isAtLeast(version, lowest)) return program;
    if (version) say(`nats-server ${version.join('.')} at ${program} is passed over: 2.12 or newer is needed.`);
    else if (program === env['NATS_SERVER']) say(`NATS_SERVER is passed over: ${program} is no nats-server.`);
  }
  return fetchNats(cache, say, signal);
}
