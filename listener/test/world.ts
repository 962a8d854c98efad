import { createHash, randomBytes } from 'node:crypto';
import {
  parsePrepared,
  SealedEnvelope,
  sealedPrepare,
  sealedSubmit,
  type Prepared,
} from '@reciprocal-clubs/api/fabric/sealedEnvelope.js';
import { businessDate } from '@reciprocal-clubs/chaincode/clubs/businessDate.js';
import { addDays } from '@reciprocal-clubs/chaincode/clubs/calendar.js';
import { contracts } from '@reciprocal-clubs/chaincode/contracts.js';
import { clubsDefinition } from '@reciprocal-clubs/network/clubsDefinition.js';
import { contractChaincode } from '@reciprocal-clubs/network/devnet/chaincode/inProcess.js';
import { startInProcess, type InProcessNetwork } from '@reciprocal-clubs/network/devnet/inProcess.js';
import { signaturePolicy } from '@reciprocal-clubs/network/identity/policyLanguage.js';
import { readSerializedIdentity } from '@reciprocal-clubs/network/identity/msp.js';
import { alterable, alteredWrite, type AlteredWrite } from './altered.js';

/** 10 June 2026, 13:00 in London. */
const noon = Date.parse('2026-06-10T12:00Z');

export const mspIds = { harbour: 'HarbourMSP', stjulians: 'StJuliansMSP', orchard: 'OrchardMSP' } as const;
export type ClubId = keyof typeof mspIds;
export const clubIds = Object.keys(mspIds) as ClubId[];

const founders = clubIds.map((id, index) => ({
  id,
  legalName: `The ${id} club`,
  mspId: mspIds[id],
  country: 'GB',
  currency: 'GBP',
  zone: { name: 'Etc/Fixed', offsets: [{ fromMs: Date.parse('2025-01-01T00:00Z'), offsetMinutes: 60 * index }] },
  rollHour: 4,
}));

export interface Options {
  as?: 'Client' | 'Delegate';
  endorsers?: readonly ClubId[];
}

/** Three clubs in one process with the real contracts: what their peers hold is what a listener gets. */
export class World {
  nowMs = noon;
  readonly #altered = new Set<string>();

  private constructor(readonly network: InProcessNetwork) {}

  static async start(): Promise<World> {
    const ref: { world?: World } = {};
    const clock = (): number => ref.world?.nowMs ?? noon;
    const network = await startInProcess({
      clubs: Object.values(mspIds),
      clock,
      definition: clubsDefinition(
        { version: '1.0', packageId: 'clubs_1.0:00', mspIds: Object.values(mspIds) },
        signaturePolicy,
      ),
      chaincode: (mspId) =>
        alterable(contractChaincode(contracts({ founders, clock })), () => ref.world?.isAltered(mspId) ?? false),
    });
    ref.world = new World(network);
    return ref.world;
  }

  isAltered(mspId: string): boolean {
    return this.#altered.has(mspId);
  }

  get height(): number {
    return this.network.peer(mspIds.harbour).height;
  }

  get genesisBlock(): Buffer {
    return this.network.peer(mspIds.harbour).storedBlock(0).bytes;
  }

  /** The business date of a club, so many days from now. */
  date(club: ClubId, days = 0): string {
    const founder = founders.find(({ id }) => id === club);
    if (!founder) throw new Error(`no club ${club}`);
    return addDays(businessDate({ v: 1, status: 'active', statusFromMs: 0, ...founder }, this.nowMs), days);
  }

  delegateHash(club: ClubId): string {
    const { certificate } = readSerializedIdentity(this.network.signer(mspIds[club], 'Delegate').identity);
    return createHash('sha256').update(certificate.raw).digest('hex');
  }

  /** A public command. @returns number of its block */
  async submit(club: ClubId, transaction: string, request?: object, options: Options = {}): Promise<number> {
    const proposal = this.#propose(club, [transaction, ...(request ? [JSON.stringify(request)] : [])], {}, options);
    const endorsers = options.endorsers ?? [club, ...clubIds.filter((id) => id !== club)].slice(0, 2);
    return this.#order([
      await this.#endorsed(
        proposal,
        endorsers.map((id) => mspIds[id]),
      ),
    ]);
  }

  /** A sealed command. @returns number of its block */
  async command(club: ClubId, name: string, request: object): Promise<number> {
    return this.#order([await this.endorsed(club, name, request)]);
  }

  /** A sealed command, endorsed and not submitted. */
  async endorsed(club: ClubId, name: string, request: object): Promise<Buffer> {
    const envelope = new SealedEnvelope(name, request);
    const prepared = await this.prepare(club, envelope);
    if (prepared.outcome !== 'ready') throw new Error(`${name} is ${prepared.outcome}: ${prepared.refusal?.code}`);
    const proposal = this.#propose(club, [sealedSubmit, '1'], envelope.transient(prepared.carry), {});
    return this.#endorsed(proposal, prepared.endorsers);
  }

  /** Orders several transactions in one block. @returns its number */
  together(envelopes: readonly Buffer[]): Promise<number> {
    return this.#order(envelopes);
  }

  async prepare(club: ClubId, envelope: SealedEnvelope): Promise<Prepared> {
    const proposal = this.#propose(club, [sealedPrepare, '1'], envelope.transient(), {});
    return parsePrepared(await this.network.evaluate(proposal, mspIds[club]));
  }

  /** Clubs that have altered their chaincode endorse any write. @returns the envelope */
  async lie(endorsers: readonly ClubId[], ...writes: AlteredWrite[]): Promise<Buffer> {
    const [first = 'harbour'] = endorsers;
    for (const club of endorsers) this.#altered.add(mspIds[club]);
    try {
      const proposal = this.#propose(first, [alteredWrite, JSON.stringify(writes)], {}, {});
      return await this.#endorsed(
        proposal,
        endorsers.map((id) => mspIds[id]),
      );
    } finally {
      this.#altered.clear();
    }
  }

  #propose(
    club: ClubId,
    args: readonly string[],
    transient: Record<string, Buffer>,
    { as = 'Client' }: Options,
  ): ReturnType<InProcessNetwork['propose']> {
    return this.network.propose({
      by: this.network.signer(mspIds[club], as),
      args,
      transient,
      timestampMs: (this.nowMs += 1000),
    });
  }

  async #endorsed(proposal: ReturnType<InProcessNetwork['propose']>, endorsers: readonly string[]): Promise<Buffer> {
    return this.network.assemble(proposal, await this.network.endorse(proposal, endorsers));
  }

  async #order(envelopes: readonly Buffer[]): Promise<number> {
    const [committed] = await this.network.submitTogether(envelopes);
    if (!committed) throw new Error('nothing was committed');
    return committed.blockNumber;
  }
}

export const id = (): string => randomBytes(16).toString('hex');
export const secret = (): string => randomBytes(32).toString('hex');
