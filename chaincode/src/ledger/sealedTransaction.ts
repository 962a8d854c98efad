import { BilateralStore } from './bilateralStore';
import { canonicalJson } from './canonicalJson';
import { carryToJson, readEnvelope, type Envelope } from './envelope';
import { OwnStores } from './ownStore';
import type { TransactionContext } from './ports';
import { CarriedReads, Halves, PlaintextReads, type PrivateReads } from './privateReads';
import { AlreadyDone, Refusal } from './refusal';
import { policyAt, readClub, readDirectory, readPolicies, requireActive, type Club } from './registry';
import type { Schemas } from './schemas';
import { requireRole, Transaction, type LedgerOptions } from './transaction';

/**
 * Carries out a sealed command on what the caller brought along. Nothing private leaves: the result is empty and a refusal is its code.
 *
 * @throws Error whose message is the code of the refusal
 */
export async function submitSealed(fabric: TransactionContext, options: LedgerOptions): Promise<string> {
  try {
    const run = await SealedRun.open(fabric, readEnvelope(fabric.stub.getTransient()), options);
    await run.perform(run.submissionReads());
    await run.flush();
    return '';
  } catch (error) {
    throw new Error(error instanceof Refusal ? error.code : 'INTERNAL', { cause: error });
  }
}

/** The same code on the caller's own peer with plaintext reads: explains, makes the carry, and writes nothing. @returns `Prepared` as JSON */
export async function prepareSealed(fabric: TransactionContext, options: LedgerOptions): Promise<string> {
  let endorsers: readonly string[] = [];
  let reads: PlaintextReads | undefined;
  const answer = (prepared: Omit<Schemas['Prepared'], 'carry' | 'endorsers'>): string =>
    canonicalJson({ ...prepared, carry: carryToJson(reads?.carry ?? {}), endorsers });
  try {
    const run = await SealedRun.open(fabric, readEnvelope(fabric.stub.getTransient()), options);
    endorsers = run.endorsers;
    reads = run.plaintextReads();
    return answer({ outcome: 'ready', result: (await run.perform(reads)) ?? null });
  } catch (error) {
    if (error instanceof AlreadyDone) return answer({ outcome: 'unchanged', result: error.record });
    if (!(error instanceof Refusal)) throw error;
    return answer({
      outcome: 'refused',
      refusal: { code: error.code, message: error.sentence, details: error.details },
    });
  }
}

/** One sealed command between its checks and its writes. */
class SealedRun {
  #records: BilateralStore | undefined;

  private constructor(
    readonly transaction: Transaction,
    readonly halves: Halves,
    readonly endorsers: readonly string[],
    private readonly own: OwnStores,
    private readonly envelope: Envelope,
    private readonly execute: (records: BilateralStore) => Promise<unknown>,
  ) {}

  /**
   * Caller, parties, role, form and clock. The public reads are the same five keys whatever the command is: they stand in clear in the block.
   *
   * @throws Refusal
   */
  static async open(fabric: TransactionContext, envelope: Envelope, options: LedgerOptions): Promise<SealedRun> {
    const command = options.commands.get(envelope.command);
    if (!command || command.store === 'consortium') throw new Refusal('UNKNOWN_COMMAND');
    const bound = command.bind(envelope.request);
    requireRole(command, bound.actor);
    const transaction = new Transaction(fabric);
    const { state, caller, nowMs } = transaction;
    const policies = await readPolicies(state);
    const clubs = await readParties(transaction, bound.parties);
    transaction.requireTime(policyAt(policies, 'clock-bound-seconds', nowMs), options.clock);
    const callerClub = clubs.find((club) => club.mspId === caller.mspId);
    if (!callerClub) throw new Refusal('NOT_A_PARTY');
    requireActive(callerClub, command.standings);

    const own = new OwnStores(fabric.stub, envelope.fresh);
    const base = {
      ...transaction.base(callerClub, policies, envelope.requestHash),
      own: (mspId: string) => own.of(mspId),
    };
    const [first, second] = [...clubs].sort((a, b) => (a.mspId < b.mspId ? -1 : 1));
    if (!first || !second) throw new Refusal('PARTNER_IS_SELF');
    return new SealedRun(
      transaction,
      new Halves(fabric.stub, [first.mspId, second.mspId]),
      command.store === 'own' ? [caller.mspId] : [first.mspId, second.mspId],
      own,
      envelope,
      (records) => bound.run({ ...base, records }),
    );
  }

  /** A command of one club runs on its own peers alone, which have its plaintext; one of two clubs uses nothing but the carry. */
  submissionReads(): PrivateReads {
    return this.endorsers.length === 1 ? this.plaintextReads() : new CarriedReads(this.halves, this.envelope.carry);
  }

  plaintextReads(): PlaintextReads {
    return new PlaintextReads(this.halves, this.transaction.fabric.stub, this.transaction.caller.mspId);
  }

  perform(reads: PrivateReads): Promise<unknown> {
    this.#records = new BilateralStore(this.transaction.fabric.stub, this.halves, reads, this.envelope.fresh);
    return this.execute(this.#records);
  }

  async flush(): Promise<void> {
    await this.#records?.flush();
    await this.own.flush();
  }
}

/** @throws Refusal PARTNER_IS_SELF, CLUB_NOT_FOUND */
async function readParties({ state }: Transaction, ids: readonly string[]): Promise<Club[]> {
  const [a, b] = ids;
  if (a === undefined || b === undefined || a === b) throw new Refusal('PARTNER_IS_SELF');
  const clubs = [await readClub(state, a), await readClub(state, b)];
  for (const { id } of clubs) await readDirectory(state, id);
  return clubs;
}
