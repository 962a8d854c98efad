/**
 * Logs as lines of JSON on standard output. What is private is never given to it.
 */
export type Level = 'info' | 'warn' | 'error';
export type Log = (level: Level, message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** @param process which of the network's processes writes */
export function jsonLog(process: string): Log {
  return (level, message, fields = {}) => {
    const line = { time: new Date().toISOString(), level, process, message, ...fields };
    globalThis.process.stdout.write(`${JSON.stringify(line)}\n`);
  };
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
