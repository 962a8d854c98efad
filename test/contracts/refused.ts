import type { PeerAnswer } from '@reciprocal-clubs/network/devnet/inProcess.js';

/** A contract, or a peer, said no. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    readonly details: Record<string, unknown> = {},
  ) {
    super(`${code} ${JSON.stringify(details)}`);
  }
}

/** The messages of those that refused. */
export const refusalsOf = (answers: readonly PeerAnswer[]): string[] =>
  answers
    .map(({ response }) => response.getResponse())
    .flatMap((response) => ((response?.getStatus() ?? 500) >= 400 ? [response?.getMessage() ?? ''] : []));

export function parseRefusal(message: string): Refused {
  const [, code = message, details = '{}'] = /^([A-Z_]+)(?:: [^{]*(\{.*\})?)?$/.exec(message) ?? [];
  return new Refused(code, JSON.parse(details) as Record<string, unknown>);
}
