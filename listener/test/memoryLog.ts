import { Writable } from 'node:stream';
import { createLogger, transports, type Logger } from 'winston';

export interface LogEntry {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** A real log whose lines a test reads. */
export function memoryLog(): { log: Logger; entries: LogEntry[]; text: () => string } {
  const entries: LogEntry[] = [];
  const stream = new Writable({
    objectMode: true,
    write: (entry: LogEntry, _encoding, done) => {
      entries.push(entry);
      done();
    },
  });
  const log = createLogger({ level: 'debug', transports: [new transports.Stream({ stream })] });
  return { log, entries, text: () => JSON.stringify(entries) };
}
