import { setTimeout as delay } from 'node:timers/promises';
import { commands as ledgerCommands } from '@reciprocal-clubs/chaincode/contracts.js';
import type { Club } from '../club.js';
import { describeError } from '../describeError.js';
import { foretell } from '../fabric/foretell.js';
import type { Endorsed, Ledger } from '../fabric/ledgerClient.js';
import { isErrorCode, LedgerError, RefusedError } from '../fabric/ledgerError.js';
import { retrying } from '../fabric/retry.js';
import { SealedEnvelope, type Prepared } from '../fabric/sealedEnvelope.js';
import { IncompleteReadModelError } from '../postgres/worldState.js';

/** What became of asking for endorsements: an envelope to send, or word that nothing would change. */
export type Proposed = Endorsed | 'unchanged';

const partnerBehindMs = 20;

/**
 * Has a command endorsed. What passes by itself - records that moved, a peer a block behind - is tried again, with a pause.
 *
 * @throws RefusedError with the contract's explanation, LedgerError; nothing was ordered
 */
export function propose(club: Club, ledger: Ledger, name: string, request: object | null): Promise<Proposed> {
  return retrying(() =>
    isSealed(name) ? proposeSealed(club, ledger, name, request ?? {}) : proposePublic(ledger, name, request),
  );
}

/** What a command would do, as the own peer says; nothing is written. @throws RefusedError, LedgerError */
export async function dryRun(
  club: Club,
  ledger: Ledger,
  name: string,
  request: object | null,
): Promise<'ready' | 'unchanged'> {
  if (isSealed(name)) return readyOrUnchanged(await askPeer(club, ledger, new SealedEnvelope(name, request ?? {})));
  return dryRunPublic(ledger, name, request);
}

async function proposeSealed(club: Club, ledger: Ledger, name: string, request: object): Promise<Proposed> {
  const envelope = new SealedEnvelope(name, request);
  const foretold = await foretell(club.pool, { mspId: club.mspId, ...ledger.credentials }, envelope).catch(
    untold(club),
  );
  // The own database spares the call where it says yes. A no is explained by the peer, which may know more.
  if (foretold?.outcome === 'ready') {
    try {
      return await ledger.endorseSealed(envelope, foretold);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
    }
  }
  const prepared = await askPeer(club, ledger, envelope);
  if (readyOrUnchanged(prepared) === 'unchanged') return 'unchanged';
  return ledger.endorseSealed(envelope, prepared).catch(disagreeing);
}

async function proposePublic(ledger: Ledger, name: string, request: object | null): Promise<Proposed> {
  try {
    return await ledger.endorsePublic(transactionOf(name), request ?? undefined);
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    // Whichever peer said so: the own peer's word counts.
    return (await dryRunPublic(ledger, name, request)) === 'unchanged' ? 'unchanged' : disagreeing(error);
  }
}

async function dryRunPublic(ledger: Ledger, name: string, request: object | null): Promise<'ready' | 'unchanged'> {
  try {
    await ledger.evaluatePublic(transactionOf(name), request ?? undefined);
    return 'ready';
  } catch (error) {
    if (isCode(error, 'ALREADY_DONE')) return 'unchanged';
    throw error;
  }
}

/** A peer that stands behind the read model answers from the past, or nothing at all. @throws LedgerError PEER_BEHIND */
async function askPeer(club: Club, ledger: Ledger, envelope: SealedEnvelope): Promise<Prepared> {
  if ((await ledger.height()) < club.notifications.height) throw new LedgerError('PEER_BEHIND');
  return ledger.prepare(envelope);
}

/** @throws RefusedError with the contract's explanation */
function readyOrUnchanged({ outcome, refusal }: Prepared): 'ready' | 'unchanged' {
  if (outcome !== 'refused') return outcome;
  const code = refusal?.code ?? '';
  if (!isErrorCode(code)) throw new LedgerError('INTERNAL');
  throw new RefusedError(code, refusal?.details);
}

/**
 * The own peer was ready just now: who says no may stand a block behind, or says what it likes.
 *
 * @throws LedgerError PEERS_DISAGREE with what it said, after which another try may help; whatever is no refusal as it is
 */
async function disagreeing(error: unknown): Promise<never> {
  if (!(error instanceof RefusedError)) throw error;
  await delay(partnerBehindMs);
  throw new LedgerError('PEERS_DISAGREE', { said: error.code, by: error.refusedBy }, { cause: error });
}

/** The peer can tell as well. */
const untold = (club: Club) => (error: unknown) => {
  if (!(error instanceof IncompleteReadModelError))
    club.log.warn('the read model cannot be asked', describeError(error));
  return undefined;
};

const isSealed = (name: string): boolean => {
  const store = ledgerCommands.get(name)?.store;
  return store === 'bilateral' || store === 'own';
};

const transactionOf = (name: string): string => name.replace('.', ':');

const isCode = (error: unknown, code: RefusedError['code']): error is RefusedError =>
  error instanceof RefusedError && error.code === code;
