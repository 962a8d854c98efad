import { FolderInUseError, lockFolder } from '../devnet/storage/lock.js';

/**
 * Takes a data folder for one network.
 *
 * @returns how to give it back
 * @throws Error with one clear line when another network runs on it, or it cannot be used
 */
export function takeFolder(data: string): () => void {
  try {
    return lockFolder(data);
  } catch (error) {
    if (error instanceof FolderInUseError)
      throw new Error(`A network runs already: ${error.message}. Ctrl-C there stops it.`, { cause: error });
    throw clear(error, data);
  }
}

/** The system's own words name a file and no purpose. */
export function clear(error: unknown, data: string): unknown {
  const isOfFile =
    error instanceof Error && 'path' in error && 'syscall' in error && !String(error.syscall).startsWith('spawn');
  return isOfFile ? new Error(`The data folder ${data} cannot be used: ${error.message}`, { cause: error }) : error;
}
