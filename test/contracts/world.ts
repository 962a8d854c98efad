import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { businessDate } from '@reciprocal-clubs/chaincode/clubs/businessDate.js';
import { addDays } from '@reciprocal-clubs/chaincode/clubs/calendar.js';
import {
  parsePrepared,
  SealedEnvelope,
  sealedPrepare,
  sealedSubmit,
  type Prepared,
} from '@reciprocal-clubs/api/fabric/sealedEnvelope.js';
import { parseBlock } from '@reciprocal-clubs/network/blocks/block.js';
import type { InProcessNetwork } from '@reciprocal-clubs/network/devnet/inProcess.js';
import { readSerializedIdentity } from '@reciprocal-clubs/network/identity/msp.js';
import { clubsChaincode } from '@reciprocal-clubs/network/clubsDefinition.js';
import { alteredWrite, type AlteredWrite } from './altered.js';
import { clubIds, founders, mspOf, noon, skewMs } from './clubs.js';
import { fiveClubs, type WorldOptions } from './fiveClubs.js';
import { Receipt } from './receipt.js';
import { parseRefusal, Refused, refusalsOf } from './refused.js';

const namespace = clubsChaincode;
type Signer = ReturnType<InProcessNetwork['signer']>;
type Proposal = ReturnType<InProcessNetwork['propose']>;

export interface Options {
  /** whose certificate of the club signs */
  as?: 'client' | 'delegate' | 'admin';
  /** whose peers endorse, by club id */
  endorsers?: readonly string[];
  /** the transaction's time; the peers' clocks stand where they are */
  atMs?: number;
  /** the whole world this much later, for this transaction */
  afterMs?: number;
  /** submit whatever prepare said */
  force?: boolean;
  carry?: Prepared['carry'];
}

const readyNothing: Prepared = { outcome: 'ready', carry: {}, endorsers: [] };

/** Five clubs in one process, each with a peer whose clock goes differently, and the contracts on all of them. */
export class World {
  nowMs = noon;
  readonly #altered = new Set<string>();

  private constructor(readonly network: InProcessNetwork) {}

  static async start(options: WorldOptions = {}): Promise<World> {
    const ref: { world?: World } = {};
    const network = await fiveClubs({
      ...options,
      clock: (mspId) => (ref.world?.nowMs ?? noon) + (skewMs[mspId] ?? 0),
      isAltered: (mspId) => ref.world?.isAltered(mspId) ?? false,
    });
    ref.world = new World(network);
    // Processes have this machine's clock: then the story is of now.
    if (options.elsewhere) ref.world.nowMs = Date.now();
    return ref.world;
  }

  isAltered(mspId: string): boolean {
    return this.#altered.has(mspId);
  }

  /** The business date of St Julian's, so many days from now. */
  date(days: number): string {
    return addDays(this.businessDate('stjulians'), days);
  }

  businessDate(club: string): string {
    const founder = founders.find(({ id }) => id === club);
    if (!founder) throw new Error(`no club ${club}`);
    return businessDate({ v: 1, status: 'active', statusFromMs: 0, ...founder }, this.nowMs);
  }

  delegateHash(club: string): string {
    const { certificate } = readSerializedIdentity(this.network.signer(mspOf(club), 'Delegate').identity);
    return createHash('sha256').update(certificate.raw).digest('hex');
  }

  /** A public command. @throws Refused */
  async submit(club: string, transaction: string, request?: object, options: Options = {}): Promise<Receipt> {
    return this.#later(options.afterMs, async () => {
      const args = [transaction, ...(request ? [JSON.stringify(request)] : [])];
      const proposal = this.#propose(club, args, {}, options);
      const endorsers = options.endorsers ?? [club, ...clubIds.filter((id) => id !== club)].slice(0, 3);
      return this.#order(proposal, endorsers.map(mspOf), readyNothing);
    });
  }

  /** A sealed command; a refusal is asked of every endorser, and must have the same code. @throws Refused with the details of prepare */
  async command(club: string, name: string, request: object, options: Options = {}): Promise<Receipt> {
    const envelope = new SealedEnvelope(name, request);
    const prepared = await this.#prepare(club, envelope, options);
    if (prepared.outcome === 'unchanged' && !options.force) return new Receipt(undefined, prepared, namespace);
    const proposal = this.#propose(
      club,
      [sealedSubmit, '1'],
      envelope.transient(options.carry ?? prepared.carry),
      options,
    );
    const endorsers = options.endorsers?.map(mspOf) ?? this.#endorsersOf(prepared, club);
    if (prepared.outcome === 'refused' && !options.force) {
      const { code = '', details = {} } = prepared.refusal ?? {};
      expect(refusalsOf(await this.network.endorse(proposal, endorsers))).to.deep.equal(endorsers.map(() => code));
      throw new Refused(code, details);
    }
    return this.#order(proposal, endorsers, prepared);
  }

  prepare(club: string, name: string, request: object): Promise<Prepared> {
    return this.prepareEnvelope(club, new SealedEnvelope(name, request));
  }

  prepareEnvelope(club: string, envelope: SealedEnvelope): Promise<Prepared> {
    return this.#prepare(club, envelope, {});
  }

  /** Several sealed commands endorsed on the same state and ordered in one block. @returns their validation codes */
  async together(club: string, name: string, requests: readonly object[]): Promise<number[]> {
    const envelopes: Buffer[] = [];
    for (const request of requests) {
      const envelope = new SealedEnvelope(name, request);
      const prepared = await this.#prepare(club, envelope, {});
      const proposal = this.#propose(club, [sealedSubmit, '1'], envelope.transient(prepared.carry), {});
      envelopes.push(this.network.assemble(proposal, await this.network.endorse(proposal, prepared.endorsers)));
    }
    return (await this.network.submitTogether(envelopes)).map(({ code }) => code);
  }

  /** What the peers of both parties answer to a submission that they refuse: the same words. */
  async endorsementError(club: string, name: string, request: object): Promise<string> {
    const envelope = new SealedEnvelope(name, request);
    const prepared = await this.#prepare(club, envelope, {});
    const proposal = this.#propose(club, [sealedSubmit, '1'], envelope.transient(prepared.carry), {});
    const messages = new Set(refusalsOf(await this.network.endorse(proposal, prepared.endorsers)));
    expect(messages.size).to.equal(1);
    return [...messages][0] ?? '';
  }

  /** Submits any transient data as a sealed command, to the club's own peer. @throws Refused */
  async sealed(club: string, transient: Record<string, Buffer>): Promise<void> {
    const [refusal] = refusalsOf(
      await this.network.endorse(this.#propose(club, [sealedSubmit, '1'], transient, {}), [mspOf(club)]),
    );
    if (refusal !== undefined) throw new Refused(refusal);
  }

  async read(club: string, transaction: string, ...args: string[]): Promise<unknown> {
    return JSON.parse((await this.#evaluate(club, [transaction, ...args], {})).toString());
  }

  /** A club's own half of all records of a kind. */
  list(club: string, kind: string): Promise<unknown[]> {
    return this.listAt(club, club, kind);
  }

  async listAt(club: string, peerOf: string, kind: string): Promise<unknown[]> {
    const answer = await this.#evaluate(
      club,
      ['sealed:list', '1'],
      { request: Buffer.from(JSON.stringify({ kind, limit: 100 })) },
      peerOf,
    );
    return (JSON.parse(answer.toString()) as { records: { record: unknown }[] }).records.map(({ record }) => record);
  }

  /** Clubs that have altered their chaincode endorse any write. @returns the validation code */
  async lie(endorsers: readonly string[], ...writes: AlteredWrite[]): Promise<number> {
    const [first = ''] = endorsers;
    for (const club of endorsers) this.#altered.add(mspOf(club));
    try {
      const proposal = this.#propose(first, [alteredWrite, JSON.stringify(writes)], {}, {});
      const answers = await this.network.endorse(proposal, endorsers.map(mspOf));
      return (await this.network.submit(this.network.assemble(proposal, answers))).code;
    } finally {
      this.#altered.clear();
    }
  }

  /** The registry as it stands after a club was suspended: the majority writes it, whatever resolution says so. */
  async suspend(club: string): Promise<void> {
    const record = {
      ...((await this.read('harbour', 'clubs:club', club)) as object),
      status: 'suspended',
      statusFromMs: this.nowMs,
    };
    const code = await this.lie(['harbour', 'stjulians', 'orchard'], {
      key: `club/${club}`,
      value: JSON.stringify(record),
    });
    expect(code).to.equal(0);
  }

  /**
   * A liar's write with an endorsement that another club's peer gave to something else. @returns the validation code
   */
  async lieWithBorrowedEndorsement(liar: string, victim: string, write: AlteredWrite): Promise<number> {
    this.#altered.add(mspOf(liar));
    try {
      const proposal = this.#propose(liar, [alteredWrite, JSON.stringify([write])], {}, {});
      const [answer] = await this.network.endorse(proposal, [mspOf(liar)]);
      const payload = Buffer.from(answer?.response.getPayload_asU8() ?? []);
      const [honest] = await this.network.endorse(this.#propose(liar, ['clubs:registry'], {}, {}), [mspOf(victim)]);
      const borrowed = honest?.response.getEndorsement();
      const endorsements = [this.network.endorseAs(mspOf(liar), payload), ...(borrowed ? [borrowed] : [])];
      return (await this.network.submit(this.network.assembleAnything(proposal, payload, endorsements))).code;
    } finally {
      this.#altered.clear();
    }
  }

  /** A sealed command, endorsed by both clubs and not submitted. @throws Refused */
  async endorsed(club: string, name: string, request: object): Promise<Buffer> {
    const envelope = new SealedEnvelope(name, request);
    const prepared = await this.#prepare(club, envelope, {});
    const proposal = this.#propose(club, [sealedSubmit, '1'], envelope.transient(prepared.carry), {});
    const answers = await this.network.endorse(proposal, this.#endorsersOf(prepared, club));
    const [refusal] = refusalsOf(answers);
    if (refusal !== undefined) throw parseRefusal(refusal);
    return this.network.assemble(proposal, answers);
  }

  /** Who endorsed the first transaction of a block, and its validation code. */
  endorsersIn(blockNumber: number): { code: number; mspIds: string[] } {
    const { endorsements } = this.network.transaction({ blockNumber, txIndex: 0 });
    const [code = 255] = parseBlock(this.block(blockNumber)).metadata.flags;
    return { code, mspIds: endorsements.map(({ endorser }) => readSerializedIdentity(endorser).mspId) };
  }

  block(number: number): Buffer {
    return this.network.peer(mspOf('harbour')).storedBlock(number).bytes;
  }

  /** The action must be refused with this code, and nothing may have been ordered. @returns the details */
  async expectRefusal(code: string, action: () => Promise<unknown>): Promise<Record<string, unknown>> {
    const { height } = this.network.peer(mspOf('harbour'));
    const refused = await action().then(
      () => undefined,
      (error: unknown) => error,
    );
    if (!(refused instanceof Refused))
      throw refused instanceof Error ? refused : new Error(`expected ${code}, but it was done`);
    expect(refused.code, refused.message).to.equal(code);
    expect(this.network.peer(mspOf('harbour')).height, 'nothing is ordered').to.equal(height);
    return refused.details;
  }

  #signer(club: string, as: Options['as']): Signer {
    return this.network.signer(mspOf(club), as === 'admin' ? 'Admin' : as === 'delegate' ? 'Delegate' : 'Client');
  }

  #propose(club: string, args: readonly string[], transient: Record<string, Buffer>, { as, atMs }: Options): Proposal {
    return this.network.propose({ by: this.#signer(club, as), args, transient, timestampMs: atMs ?? this.nowMs });
  }

  async #prepare(club: string, envelope: SealedEnvelope, options: Options): Promise<Prepared> {
    return parsePrepared(await this.#evaluate(club, [sealedPrepare, '1'], envelope.transient(), club, options));
  }

  async #evaluate(
    club: string,
    args: readonly string[],
    transient: Record<string, Buffer>,
    peerOf = club,
    options: Options = {},
  ): Promise<Buffer> {
    const answers = await this.network.endorse(this.#propose(club, args, transient, options), [mspOf(peerOf)]);
    const [refusal] = refusalsOf(answers);
    if (refusal !== undefined) throw parseRefusal(refusal);
    return Buffer.from(answers[0]?.response.getResponse()?.getPayload_asU8() ?? []);
  }

  async #order(proposal: Proposal, mspIds: readonly string[], prepared: Prepared): Promise<Receipt> {
    const answers = await this.network.endorse(proposal, mspIds);
    const [refusal] = refusalsOf(answers);
    if (refusal !== undefined) throw parseRefusal(refusal);
    const committed = await this.network.submit(this.network.assemble(proposal, answers));
    return new Receipt({ ...committed, transaction: this.network.transaction(committed) }, prepared, namespace);
  }

  /** Refusals come before a command is known to be whose: then both parties of the tests are asked. */
  #endorsersOf(prepared: Prepared, club: string): readonly string[] {
    return prepared.endorsers.length > 0 ? prepared.endorsers : [...new Set([mspOf(club), 'HarbourMSP'])];
  }

  async #later<T>(afterMs: number | undefined, action: () => Promise<T>): Promise<T> {
    this.nowMs += afterMs ?? 0;
    try {
      return await action();
    } finally {
      this.nowMs -= afterMs ?? 0;
    }
  }
}
