import { createLogger, format, transports, type Logger } from 'winston';

export const logLevels = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

/**
 * A process's log: one JSON object a line, to standard output. What concerns a club or a request says so: `log.child({ club })`.
 *
 * Nothing private goes in: no body, no token, no query value.
 */
export function createLog(process: string, level: LogLevel = 'info'): Logger {
  return createLogger({
    level,
    defaultMeta: { process },
    format: format.combine(format.timestamp(), format.json()),
    transports: [new transports.Console({ stderrLevels: [], forceConsole: false })],
  });
}
