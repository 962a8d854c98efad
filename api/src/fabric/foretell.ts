import { commands } from '@reciprocal-clubs/chaincode/contracts.js';
import type { TransactionContext } from '@reciprocal-clubs/chaincode/ledger/ports.js';
import { prepareSealed } from '@reciprocal-clubs/chaincode/ledger/sealedTransaction.js';
import { withConnection } from '@reciprocal-clubs/postgres/withConnection.js';
import type pg from 'pg';
import { WorldState } from '../postgres/worldState.js';
import { parsePrepared, type Prepared, type SealedEnvelope } from './sealedEnvelope.js';

/** Who will sign the command. */
export interface Signatory {
  readonly mspId: string;
  /** PEM */
  readonly certificate: string;
}

/**
 * What a sealed command would do, from the club's own database: the contracts themselves, run on the state as the listener has stored
 * it. Its carry spares the call to a peer. It decides nothing: what it refuses a peer is asked about, and endorsers compare every hash.
 *
 * @throws IncompleteReadModelError
 */
export async function foretell(
  pool: pg.Pool,
  signatory: Signatory,
  envelope: SealedEnvelope,
  clock: () => number = Date.now,
): Promise<Prepared> {
  return withConnection(pool, async (client) => {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const context = contextOf(new WorldState(client), signatory, envelope, clock());
    const prepared = await prepareSealed(context, { commands, clock });
    await client.query('COMMIT');
    return parsePrepared(Buffer.from(prepared));
  });
}

function contextOf(
  state: WorldState,
  { mspId, certificate }: Signatory,
  envelope: SealedEnvelope,
  nowMs: number,
): TransactionContext {
  return {
    stub: {
      getState: (key) => state.getState(key),
      getPrivateData: (collection, key) => state.getPrivateData(collection, key),
      getPrivateDataHash: (collection, key) => state.getPrivateDataHash(collection, key),
      getTransient: () => new Map(Object.entries(envelope.transient())),
      getTxTimestamp: () => ({ seconds: Math.floor(nowMs / 1000), nanos: (nowMs % 1000) * 1_000_000 }),
      putState: unwritten,
      setStateValidationParameter: unwritten,
      putPrivateData: unwritten,
      deletePrivateData: unwritten,
      setPrivateDataValidationParameter: unwritten,
    },
    clientIdentity: {
      getMSPID: () => mspId,
      getIDBytes: () => Buffer.from(certificate),
    },
  };
}

const unwritten = (): never => {
  throw new Error('preparing a command writes nothing');
};
