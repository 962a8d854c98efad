/**
 * Blocks, one after the other: verified, validated, stored, and only then seen.
 */
import { common, peer } from '@hyperledger/fabric-protos';
import { parseBlock, type Block } from '../blocks/block.js';
import { BlockVerificationError, verifyDataHash, verifySuccession } from '../blocks/verify.js';
import { verifyOrdering } from '../blocks/verifyOrdering.js';
import { asBuffer } from '../encoding/protobuf.js';
import type { Channel } from '../genesis/channel.js';
import type { Msps } from '../identity/msp.js';
import { commitHash, stateHash } from './blockHashes.js';
import type { Definitions } from './definitions.js';
import type { CommittedTransaction, PeerStorage, StoredBlock, TransactionPrivateData } from './ports.js';
import {
  addPrivateUpdates,
  addPurgeUpdates,
  findPrivateData,
  purgesOf,
  withoutPurged,
  type Purge,
} from './privateData.js';
import type { History } from './state/history.js';
import type { State } from './state/state.js';
import { revisitBlock, validateBlock, type ValidatedBlock } from './validation/block.js';
import { KeyPolicies } from './validation/keyPolicies.js';

export interface CommitterOptions {
  readonly mspId: string;
  readonly channel: Channel;
  readonly msps: Msps;
  readonly definitions: Definitions;
  readonly storage: PeerStorage;
  readonly state: State;
  readonly history: History;
  /** For so many blocks endorsed private values wait for their transaction. */
  readonly transientBlockRetention: number;
}

export interface BlockHashes {
  /** Empty for the genesis block, as Fabric has it. */
  readonly commit: Buffer;
  readonly state: Buffer;
}

const { TxValidationCode } = peer;
const { TRANSACTIONS_FILTER, COMMIT_HASH } = common.BlockMetadataIndex;
const NO_HASHES: BlockHashes = { commit: Buffer.alloc(0), state: Buffer.alloc(0) };

export class Committer {
  readonly #options: CommitterOptions;
  readonly #keyPolicies = new KeyPolicies();
  readonly #transactions = new Map<string, CommittedTransaction>();
  readonly #hashes: BlockHashes[] = [];
  /** Numbers of the blocks with private values, by namespace and collection. */
  readonly #privateBlocks = new Map<string, number[]>();
  #last: Block | undefined;

  constructor(options: CommitterOptions) {
    this.#options = options;
  }

  /** Number of blocks committed. */
  get height(): number {
    return this.#hashes.length;
  }

  transaction(txId: string): CommittedTransaction | undefined {
    return this.#transactions.get(txId);
  }

  /** Undefined when there is no such block. */
  hashes(blockNumber: number): BlockHashes | undefined {
    return this.#hashes[blockNumber];
  }

  /**
   * The next block, from the ordering service.
   * @throws BlockVerificationError when it does not follow, or was not ordered; nothing is changed then
   */
  async commit(bytes: Buffer): Promise<void> {
    const { storage, channel } = this.#options;
    const block = parseBlock(bytes);
    this.#verify(block);
    const validated = validateBlock(block, {
      ...this.#options,
      channel: channel.name,
      keyPolicies: this.#keyPolicies,
      isOnLedger: (txId) => this.#transactions.has(txId),
    });
    const found = findPrivateData(validated, {
      isMember: (namespace, collection) => this.isMember(namespace, collection),
      transient: (txId) => storage.transient(txId),
    });
    const purges = this.#addPrivateUpdates(validated, found);
    const flags = Buffer.from(validated.envelopes.map(({ code }) => code));
    const hashes = this.#nextHashes(validated, flags);
    const privateData = withoutPurged(block.number, found, purges) ?? found;
    await storage.append({ number: block.number, bytes: withMetadata(bytes, flags, hashes.commit), privateData });
    await this.#forgetPurged(block.number, purges);
    this.#show(validated, privateData, hashes);
    await this.#forgetTransient(validated);
  }

  /**
   * Rebuilds state from a block that was stored.
   * @throws Error when it does not give the commit hash that was stored with it
   */
  async replay({ number, bytes, privateData }: StoredBlock): Promise<void> {
    const block = parseBlock(bytes);
    const validated = revisitBlock(block, this.#options.state);
    const purges = this.#addPrivateUpdates(validated, privateData);
    const hashes = this.#nextHashes(validated, block.metadata.flags);
    if (!hashes.commit.equals(block.metadata.commitHash))
      throw new Error(`stored block ${number} is damaged: its commit hash does not follow from the blocks before it`);
    await this.#forgetPurged(number, purges);
    this.#show(validated, privateData, hashes);
  }

  #verify(block: Block): void {
    const { channel, msps } = this.#options;
    if (this.#last) {
      verifySuccession(block, this.#last);
      verifyDataHash(block);
      if (!verifyOrdering(block, channel, msps))
        throw new BlockVerificationError('ORDERING', block, 'signature set did not satisfy policy BlockValidation');
    } else if (block.number !== 0) {
      throw new BlockVerificationError('SUCCESSION', block, 'is not the first of a channel');
    }
  }

  isMember(namespace: string, collection: string): boolean {
    const { definitions, mspId } = this.#options;
    return definitions.collection(namespace, collection)?.memberMspIds.includes(mspId) ?? false;
  }

  #addPrivateUpdates(validated: ValidatedBlock, privateData: readonly TransactionPrivateData[]): Purge[] {
    const { state } = this.#options;
    const purges = purgesOf(validated);
    addPrivateUpdates(validated, privateData, state);
    addPurgeUpdates(purges, state, validated.updates);
    return purges;
  }

  #nextHashes({ block, updates }: ValidatedBlock, flags: Buffer): BlockHashes {
    const previous = this.#hashes.at(-1) ?? NO_HASHES;
    const commit = block.number === 0 ? NO_HASHES.commit : commitHash(flags, updates, previous.commit);
    return { commit, state: stateHash(commit, updates, previous.state) };
  }

  /** Takes purged values out of the blocks that are stored already. */
  async #forgetPurged(blockNumber: number, purges: readonly Purge[]): Promise<void> {
    const { storage } = this.#options;
    const candidates = new Set(
      purges.flatMap(({ namespace, collection }) => this.#privateBlocks.get(`${namespace}\0${collection}`) ?? []),
    );
    const replacements = new Map<number, TransactionPrivateData[]>();
    for (const number of candidates) {
      const remaining = withoutPurged(number, storage.read(number).privateData, purges);
      if (remaining && number < blockNumber) replacements.set(number, remaining);
    }
    if (replacements.size > 0) await storage.replacePrivateData(replacements);
  }

  #show(validated: ValidatedBlock, privateData: readonly TransactionPrivateData[], hashes: BlockHashes): void {
    const { block, envelopes, updates } = validated;
    this.#options.state.apply(updates);
    this.#hashes.push(hashes);
    this.#last = block;
    for (const [txIndex, { txId, code, transaction }] of envelopes.entries()) {
      const version = { blockNumber: block.number, txIndex };
      if (txId !== '' && !this.#transactions.has(txId)) this.#transactions.set(txId, { ...version, code });
      if (code !== TxValidationCode.VALID || !transaction) continue;
      for (const { namespace, writes } of transaction.readWriteSets)
        for (const { key } of writes) this.#options.history.record(namespace, key, version);
    }
    for (const { collections } of privateData)
      for (const { namespace, collection } of collections)
        this.#rememberPrivateBlock(namespace, collection, block.number);
  }

  #rememberPrivateBlock(namespace: string, collection: string, blockNumber: number): void {
    const name = `${namespace}\0${collection}`;
    const numbers = this.#privateBlocks.get(name) ?? [];
    if (numbers.at(-1) !== blockNumber) this.#privateBlocks.set(name, [...numbers, blockNumber]);
  }

  async #forgetTransient({ block, envelopes }: ValidatedBlock): Promise<void> {
    const { storage, transientBlockRetention } = this.#options;
    const txIds = envelopes.map(({ txId }) => txId).filter((txId) => txId !== '');
    await storage.purgeTransient(txIds, Math.max(0, block.number - transientBlockRetention));
  }
}

/** The block with what a peer adds to it. */
function withMetadata(bytes: Buffer, flags: Buffer, hash: Buffer): Buffer {
  const block = common.Block.deserializeBinary(bytes);
  const metadata = block.getMetadata() ?? new common.BlockMetadata();
  const slots = metadata.getMetadataList_asU8();
  while (slots.length <= COMMIT_HASH) slots.push(new Uint8Array());
  slots[TRANSACTIONS_FILTER] = flags;
  if (hash.length > 0) {
    const slot = new common.Metadata();
    slot.setValue(hash);
    slots[COMMIT_HASH] = slot.serializeBinary();
  }
  metadata.setMetadataList(slots);
  block.setMetadata(metadata);
  return asBuffer(block.serializeBinary());
}
