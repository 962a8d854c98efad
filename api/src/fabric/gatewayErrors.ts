import { status } from '@grpc/grpc-js';
import { GatewayError } from '@hyperledger/fabric-gateway';
import { isErrorCode, LedgerError, RefusedError } from './ledgerError.js';

/** `chaincode response 500, CODE: sentence {details}`: the words of a contract that refused (gateway.proto, ErrorDetail). */
const contractRefusal = /chaincode response 500, ([A-Z][A-Z_]+)(?:: [^{]*(\{.*\})?)?$/;

/**
 * What an error of evaluating or endorsing means. Nothing was ordered in any of these cases.
 *
 * - the contract refused: RefusedError with the contract's own code
 * - peers gave different results: ENDORSEMENT_MISMATCH; they stand at different heights, a new proposal will do
 * - a peer or its chaincode is away, or slow: PEER_UNAVAILABLE
 */
export function proposalError(error: unknown): LedgerError {
  if (!(error instanceof GatewayError)) return new LedgerError('INTERNAL', {}, { cause: error });
  const messages = [error.message, ...error.details.map(({ message }) => message)];
  const refusals = [...error.details, { message: error.message, mspId: '' }].flatMap(
    ({ message, mspId }) => readRefusal(message, mspId) ?? [],
  );
  const refused = refusals.find(({ code }) => code !== 'STALE_READ') ?? refusals[0];
  if (refused) return refused;
  if (messages.some((message) => message.includes('ProposalResponsePayloads do not match'))) {
    return new LedgerError('ENDORSEMENT_MISMATCH', {}, { cause: error });
  }
  if (messages.some((message) => message.includes('too many requests')))
    return new LedgerError('TOO_BUSY', {}, { cause: error });
  if (messages.some((message) => message.includes('access denied') || message.includes('creator'))) {
    return new LedgerError('IDENTITY_REFUSED', {}, { cause: error });
  }
  // A contract that failed where it should not answers UNKNOWN or ABORTED with words of its own; everything else is a peer that is away.
  const failedInside = messages.some((message) => message.includes('chaincode response 500'));
  return new LedgerError(failedInside ? 'INTERNAL' : 'PEER_UNAVAILABLE', {}, { cause: error });
}

function readRefusal(message: string, mspId: string): RefusedError | undefined {
  const [, code, details] = contractRefusal.exec(message) ?? [];
  if (code === undefined || !isErrorCode(code)) return undefined;
  return new RefusedError(code, details === undefined ? {} : parseDetails(details), mspId ? [mspId] : []);
}

function parseDetails(json: string): Record<string, unknown> {
  try {
    const details: unknown = JSON.parse(json);
    return typeof details === 'object' && details !== null ? { ...details } : {};
  } catch {
    return {};
  }
}

const definite: ReadonlySet<number> = new Set([status.ABORTED, status.INVALID_ARGUMENT, status.FAILED_PRECONDITION]);

/**
 * Whether a failed submission was certainly not ordered: ordering answered no, or the peer did not pass it on. Of ten other answers on
 * real Fabric nine were in the ledger as VALID once the ordering nodes were back.
 */
export const isDefiniteRefusal = (error: unknown): boolean => error instanceof GatewayError && definite.has(error.code);

/** Ordering has it: an envelope sent twice is answered so, and harmless. */
export const isAlreadyOrdered = (error: unknown): boolean =>
  error instanceof GatewayError &&
  [error.message, ...error.details.map(({ message }) => message)].some((m) => m.includes('already processed'));
