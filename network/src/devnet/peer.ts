/**
 * One club's peer, without its ports: it endorses, and it commits the blocks that it is given.
 */
import { createPrivateKey } from 'node:crypto';
import type { peer } from '@hyperledger/fabric-protos';
import { parseBlock } from '../blocks/block.js';
import type { Credentials } from '../certificates/authority.js';
import { readChannel, type Channel } from '../genesis/channel.js';
import { Msps, serializeIdentity } from '../identity/msp.js';
import { Committer, type BlockHashes } from './committer.js';
import { Definitions } from './definitions.js';
import { Endorser } from './endorser.js';
import { historyReader } from './keyModifications.js';
import type {
  ChaincodeDefinition,
  ChaincodeHost,
  CommittedTransaction,
  PeerStorage,
  ServingPeer,
  StoredBlock,
  SystemChaincode,
  TransactionPrivateData,
} from './ports.js';
import { missingPrivateValues, type MissingPrivateValue } from './privateData.js';
import { History } from './state/history.js';
import { State } from './state/state.js';

export interface PeerOptions {
  readonly mspId: string;
  /** Of the peer's signing identity. */
  readonly credentials: Credentials;
  /** Serialized block that says what the channel is. */
  readonly genesisBlock: Buffer;
  readonly definitions: readonly ChaincodeDefinition[];
  /** By chaincode name. */
  readonly hosts: ReadonlyMap<string, ChaincodeHost>;
  readonly storage: PeerStorage;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** By name: each is made with the peer that it belongs to. */
  readonly systemChaincodes?: ReadonlyMap<string, (peer: ServingPeer) => SystemChaincode>;
  /** For so many blocks endorsed private values wait for their transaction; by default for ever. */
  readonly transientBlockRetention?: number;
}

/** A peer that refused a block, or could not store one, takes no further ones. */
export class PeerStoppedError extends Error {
  override readonly name = 'PeerStoppedError';

  constructor(mspId: string, height: number, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`peer of ${mspId} stopped at block ${height}: ${reason}`, { cause });
  }
}

export class Peer implements ServingPeer {
  readonly mspId: string;
  /** Serialized. */
  readonly identity: Buffer;
  readonly channel: Channel;
  readonly msps: Msps;
  readonly definitions: Definitions;
  readonly #storage: PeerStorage;
  readonly #state = new State();
  readonly #committer: Committer;
  readonly #endorser: Endorser;
  readonly #listeners = new Set<() => void>();
  #commits: Promise<void> = Promise.resolve();
  #failure: PeerStoppedError | undefined;

  private constructor(options: PeerOptions) {
    const { mspId, credentials, storage, clock } = options;
    this.mspId = mspId;
    this.identity = serializeIdentity(mspId, credentials.certificate);
    this.channel = readChannel(options.genesisBlock);
    this.msps = new Msps(this.channel.mspDefinitions, clock);
    this.definitions = new Definitions(options.definitions, this.channel);
    this.#storage = storage;
    const history = new History();
    const shared = {
      channel: this.channel,
      msps: this.msps,
      definitions: this.definitions,
      storage,
      state: this.#state,
    };
    const transientBlockRetention = options.transientBlockRetention ?? Number.MAX_SAFE_INTEGER;
    this.#committer = new Committer({ ...shared, mspId, history, transientBlockRetention });
    const systemChaincodes = [...(options.systemChaincodes ?? [])].map(([name, make]) => [name, make(this)] as const);
    this.#endorser = new Endorser({
      ...shared,
      identity: this.identity,
      key: createPrivateKey(credentials.privateKey),
      hosts: options.hosts,
      systemChaincodes: new Map(systemChaincodes),
      history: historyReader(history, storage),
      isOnLedger: (txId) => this.#committer.transaction(txId) !== undefined,
      clock,
    });
  }

  /**
   * A peer that has what its storage has; an empty one begins with the genesis block.
   * @throws Error when the storage is another channel's, or what is stored does not fit together
   */
  static async start(options: PeerOptions): Promise<Peer> {
    const { storage, genesisBlock } = options;
    const peer = new Peer(options);
    if (storage.height === 0) {
      await peer.commit(genesisBlock);
      return peer;
    }
    const stored = parseBlock(storage.read(0).bytes);
    if (!stored.dataHash.equals(parseBlock(genesisBlock).dataHash))
      throw new Error(`the ledger of ${options.mspId} belongs to another channel than its genesis block`);
    for (let number = 0; number < storage.height; number++) await peer.#committer.replay(storage.read(number));
    return peer;
  }

  get height(): number {
    return this.#committer.height;
  }

  storedBlock(blockNumber: number): StoredBlock {
    if (blockNumber >= this.height) throw new RangeError(`no such block number [${blockNumber}] in index`);
    return this.#storage.read(blockNumber);
  }

  privateData(blockNumber: number): readonly TransactionPrivateData[] {
    return this.storedBlock(blockNumber).privateData;
  }

  /** Values of its collections that this peer cannot read. */
  missingPrivateValues(): MissingPrivateValue[] {
    return this.definitions.all.flatMap(({ name, collections }) =>
      collections
        .filter((collection) => this.#committer.isMember(name, collection.name))
        .flatMap((collection) => missingPrivateValues(this.#state, name, collection.name)),
    );
  }

  transaction(txId: string): CommittedTransaction | undefined {
    return this.#committer.transaction(txId);
  }

  /** As it is in the block's metadata; empty for the genesis block. @throws RangeError when there is no such block */
  commitHash(blockNumber: number): Buffer {
    return this.#hashes(blockNumber).commit;
  }

  /** Equal on two peers exactly when their public and hashed state is, metadata included. @throws RangeError */
  stateHash(blockNumber: number): Buffer {
    return this.#hashes(blockNumber).state;
  }

  onBlock(listener: () => void): () => void {
    const registered = (): void => listener();
    this.#listeners.add(registered);
    return () => this.#listeners.delete(registered);
  }

  /** @throws the signal's reason when it aborts before */
  async waitForTransaction(txId: string, signal: AbortSignal): Promise<CommittedTransaction> {
    signal.throwIfAborted();
    const known = this.transaction(txId);
    if (known) return known;
    const { promise, resolve, reject } = Promise.withResolvers<CommittedTransaction>();
    const stopListening = this.onBlock(() => {
      const committed = this.transaction(txId);
      if (committed) resolve(committed);
    });
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort);
    try {
      return await promise;
    } finally {
      stopListening();
      signal.removeEventListener('abort', abort);
    }
  }

  processProposal(proposal: peer.SignedProposal): Promise<peer.ProposalResponse> {
    return this.#endorser.process(proposal);
  }

  /**
   * Adds the block that follows; several may be given at once and are added in order. It is stored when this resolves.
   * @throws PeerStoppedError when the block does not follow, was not ordered or could not be stored, and for all after it
   */
  commit(block: Buffer): Promise<void> {
    const committed = this.#commits.then(() => this.#commit(block));
    this.#commits = committed.catch(() => undefined);
    return committed;
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    await this.#commits;
    await this.#storage.close();
  }

  async #commit(block: Buffer): Promise<void> {
    if (this.#failure) throw this.#failure;
    try {
      await this.#committer.commit(block);
    } catch (error) {
      this.#failure = new PeerStoppedError(this.mspId, this.height, error);
      throw this.#failure;
    }
    for (const listener of this.#listeners) listener();
  }

  #hashes(blockNumber: number): BlockHashes {
    const hashes = this.#committer.hashes(blockNumber);
    if (!hashes) throw new RangeError(`no such block number [${blockNumber}] in index`);
    return hashes;
  }
}
