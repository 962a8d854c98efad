import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startDevnet, type RunningNetwork, type StartOptions } from '@reciprocal-clubs/network/supervisor/devnet.js';

const consortiumFile = fileURLToPath(new URL('../../../network/consortium.yaml', import.meta.url));

export interface DisposableFolder {
  /** empty; a network may be made in it */
  readonly data: string;
  /** a consortium file with ports of its own */
  readonly consortium: string;
  wipe(): void;
}

/** A place for a network beside one that runs already. */
export function disposableFolder(portShift: number): DisposableFolder {
  const folder = mkdtempSync(join(tmpdir(), 'clubs-'));
  const consortium = join(folder, 'consortium.yaml');
  const shifted = readFileSync(consortiumFile, 'utf8').replace(
    /([pP]ort: )(\d+)/g,
    (_, name, port) => `${name}${Number(port) + portShift}`,
  );
  writeFileSync(consortium, shifted);
  return { data: join(folder, 'data'), consortium, wipe: () => rmSync(folder, { recursive: true, force: true }) };
}

export interface DisposableNetwork extends RunningNetwork {
  /** Stops everything and wipes the folder. */
  dispose(): Promise<void>;
}

/** Devnet's processes in a folder of their own, on ports of their own; with the clubs' nodes, if asked for. */
export async function disposableNetwork(
  portShift: number,
  say: (line: string) => void,
  options: Pick<StartOptions, 'clubNodes' | 'validateResponses' | 'signal'> = {},
): Promise<DisposableNetwork> {
  const { data, consortium, wipe } = disposableFolder(portShift);
  try {
    const network = await startDevnet({ data, consortium, say, ...options });
    return {
      ...network,
      dispose: async () => {
        await network.stop();
        wipe();
      },
    };
  } catch (error) {
    wipe();
    throw error;
  }
}
