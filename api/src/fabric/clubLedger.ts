import type { Contract, Gateway } from '@hyperledger/fabric-gateway';
import type { Credentials, PeerConnection } from './connection.js';
import { proposalError } from './gatewayErrors.js';
import { isErrorCode, LedgerError, RefusedError } from './ledgerError.js';
import { Outcomes } from './outcomes.js';
import { retrying } from './retry.js';
import {
  envelopeVersion,
  parsePrepared,
  SealedEnvelope,
  sealedList,
  sealedPrepare,
  sealedSubmit,
  type Prepared,
} from './sealedEnvelope.js';
import { submitProposal, type Committed } from './submission.js';

/** What a command did: its transaction, absent when nothing had to change, and its result. */
export interface Done {
  readonly committed: Committed | undefined;
  /** the record; of a sealed command as it was prepared, so that times made at submission may differ by moments */
  readonly result: unknown;
}

/**
 * The ledger as one identity of a club sees and changes it, over the club's own peer.
 *
 * Public commands go to a named transaction and are endorsed by the majority. Sealed commands are prepared on the own peer, which
 * explains them and gives the carry, and are then submitted to the clubs concerned; what would change nothing is never submitted.
 */
export class ClubLedger {
  readonly #gateway: Gateway;
  readonly #channel: string;
  readonly #chaincode: string;
  readonly #outcomes: Outcomes;

  constructor(
    private readonly connection: PeerConnection,
    credentials: Credentials,
    { channel, chaincode }: { channel: string; chaincode: string },
  ) {
    this.#gateway = connection.as(credentials);
    this.#channel = channel;
    this.#chaincode = chaincode;
    this.#outcomes = new Outcomes(this.#gateway.getNetwork(channel), connection.mspId);
  }

  /** Reads by a named transaction that only evaluates, on the own peer. @throws RefusedError, LedgerError */
  async read(transaction: string, ...args: string[]): Promise<unknown> {
    return parseResult(await this.#evaluate(transaction, { arguments: args }));
  }

  /** Submits a public command, `governance:close` say. @throws RefusedError, LedgerError as `submitProposal` */
  async submit(transaction: string, request?: object): Promise<Done> {
    const args = request ? [JSON.stringify(request)] : [];
    return retrying(async () => {
      const proposal = this.#contract().newProposal(transaction, { arguments: args });
      try {
        const { committed, result } = await submitProposal(
          proposal,
          this.#outcomes,
          this.connection.deadlines.commitMs,
        );
        return { committed, result: parseResult(result) };
      } catch (error) {
        if (!isCode(error, 'ALREADY_DONE')) throw error;
        return { committed: undefined, result: await this.#doneBefore(transaction, args) };
      }
    });
  }

  /** Carries out a sealed command, `visits.checkIn` say. @throws RefusedError with the contract's explanation, LedgerError */
  async command(name: string, request: object): Promise<Done> {
    return retrying(async () => {
      const envelope = new SealedEnvelope(name, request);
      const prepared = await this.prepare(envelope);
      if (prepared.outcome === 'unchanged') return { committed: undefined, result: prepared.result };
      requireReady(prepared);
      const { committed } = await this.submitPrepared(envelope, prepared).catch(doubtful);
      return { committed, result: prepared.result };
    });
  }

  /** Asks the own peer what a sealed command would do. Nothing is submitted. @throws LedgerError, TypeError when a peer answers nonsense */
  async prepare(envelope: SealedEnvelope): Promise<Prepared> {
    return parsePrepared(
      await this.#evaluate(sealedPrepare, { arguments: [envelopeVersion], transientData: envelope.transient() }),
    );
  }

  /** Submits what was prepared, to exactly the clubs concerned. @throws RefusedError with a code only, LedgerError as `submitProposal` */
  async submitPrepared(
    envelope: SealedEnvelope,
    { carry, endorsers }: Pick<Prepared, 'carry' | 'endorsers'>,
  ): Promise<{ committed: Committed }> {
    const proposal = this.#contract().newProposal(sealedSubmit, {
      arguments: [envelopeVersion],
      transientData: envelope.transient(carry),
      endorsingOrganizations: [...endorsers],
    });
    return submitProposal(proposal, this.#outcomes, this.connection.deadlines.commitMs);
  }

  /** A page of the club's own private records: `{records: [{key, record}], after}`. @throws LedgerError */
  async list(request: { kind: string; after?: string; limit?: number }): Promise<unknown> {
    const transientData = { request: Buffer.from(JSON.stringify(request)) };
    return parseResult(await this.#evaluate(sealedList, { arguments: [envelopeVersion], transientData }));
  }

  /**
   * Waits until the own peer has a block that another club's peer reported.
   *
   * @throws LedgerError PEER_UNAVAILABLE when it does not in time
   */
  async reach(blockNumber: number): Promise<void> {
    const reached = await this.#outcomes.reach(blockNumber, this.connection.deadlines.commitMs);
    if (!reached) throw new LedgerError('PEER_UNAVAILABLE');
  }

  async close(): Promise<void> {
    await this.#outcomes.close();
  }

  /** Whether a public command was done before: the own peer's word, not that of whichever peer refused. */
  async #doneBefore(transaction: string, args: string[]): Promise<unknown> {
    try {
      await this.#evaluate(transaction, { arguments: args });
    } catch (error) {
      if (isCode(error, 'ALREADY_DONE')) return error.details['record'];
      throw error;
    }
    throw new LedgerError('STALE_READ');
  }

  /** Always on the own peer: with private data named elsewhere, another club's peer would see it. */
  async #evaluate(transaction: string, options: Parameters<Contract['evaluate']>[1]): Promise<Uint8Array> {
    try {
      return await this.#contract().evaluate(transaction, {
        ...options,
        endorsingOrganizations: [this.connection.mspId],
      });
    } catch (error) {
      throw proposalError(error);
    }
  }

  #contract(): Contract {
    return this.#gateway.getNetwork(this.#channel).getContract(this.#chaincode);
  }
}

const isCode = (error: unknown, code: RefusedError['code']): error is RefusedError =>
  error instanceof RefusedError && error.code === code;

/** Prepare was ready: who says now that it was done before is asked again through the own peer. */
function doubtful(error: unknown): never {
  throw isCode(error, 'ALREADY_DONE') ? new LedgerError('STALE_READ', {}, { cause: error }) : error;
}

function requireReady({ outcome, refusal }: Prepared): void {
  if (outcome === 'ready') return;
  const code = refusal?.code ?? '';
  if (!isErrorCode(code)) throw new LedgerError('INTERNAL');
  throw new RefusedError(code, refusal?.details);
}

function parseResult(bytes: Uint8Array): unknown {
  return bytes.length ? JSON.parse(Buffer.from(bytes).toString('utf8')) : undefined;
}
