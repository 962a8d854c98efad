/**
 * A whole network in this process, without sockets, for tests: clubs with their peers and chaincodes, and an ordering node.
 * Its peers, blocks and verdicts are devnet's own.
 */
import { peer } from '@hyperledger/fabric-protos';
import { parseBlock } from '../blocks/block.js';
import { parseEnvelope } from '../blocks/envelope.js';
import { parseKeyValueSet, type KeyValueSet } from '../blocks/rwset.js';
import { parseEndorserTransaction, type EndorserTransaction } from '../blocks/transaction.js';
import { publicPart, type OrganizationKeys, type User } from '../certificates/organization.js';
import { asBuffer } from '../encoding/protobuf.js';
import { createGenesisBlock } from '../genesis/genesisBlock.js';
import { InProcessHost, type Chaincode } from './chaincode/inProcess.js';
import { assemble, propose, type Invocation, type SignedInvocation, type Signer } from './client.js';
import { endorse } from './endorser.js';
import { CHANNEL, consortiumOf, keysOf, ORDERING_MSP_ID, signerOf } from './inProcess/members.js';
import { admit } from './ordering/admission.js';
import { Sequencer } from './ordering/sequencer.js';
import { Peer, type PeerOptions } from './peer.js';
import type { ChaincodeDefinition, ChaincodeHost, CommittedTransaction, PeerStorage } from './ports.js';
import { MemoryStorage } from './storage/memory.js';

export interface InProcessChaincode {
  readonly definition: ChaincodeDefinition;
  /** What the shim runs at this club (see `contractChaincode`), or a host that runs it elsewhere. */
  readonly chaincode: (mspId: string) => Chaincode | ChaincodeHost;
}

export interface InProcessOptions extends InProcessChaincode {
  /** MSP ids. */
  readonly clubs: readonly string[];
  /** Milliseconds since 1970 by the clock of a club's peer; the real time unless given. */
  readonly clock?: (mspId: string) => number;
  readonly storage?: (mspId: string) => PeerStorage;
  readonly furtherChaincodes?: readonly InProcessChaincode[];
}

export interface Proposed extends Partial<Pick<Invocation, 'chaincode' | 'transient'>> {
  readonly by: Signer;
  /** The name of the transaction first. */
  readonly args: Invocation['args'];
  /** By default what the clock of the signer's peer says. */
  readonly timestampMs?: number;
}

/** What a club's peer made of a proposal. */
export interface PeerAnswer {
  readonly mspId: string;
  readonly response: peer.ProposalResponse;
}

/** What a transaction wrote to a collection, as a member of it has it. */
export interface PrivateWrites extends Pick<KeyValueSet, 'writes' | 'metadataWrites'> {
  readonly namespace: string;
  readonly collection: string;
}

const ERROR_THRESHOLD = 400;

/** A network whose peers have the genesis block. Certificates of a club are made once in a process. */
export async function startInProcess(options: InProcessOptions): Promise<InProcessNetwork> {
  const consortium = consortiumOf(options.clubs);
  const keys = await keysOf(consortium);
  const now = new Date(options.clock?.(options.clubs[0] ?? '') ?? Date.now());
  const organizations = [...keys.values()].map(publicPart);
  const genesisBlock = createGenesisBlock(consortium, organizations, { consensus: 'devnet', now });
  const network = new InProcessNetwork(options, keys, genesisBlock);
  for (const mspId of options.clubs) await network.startPeer(mspId);
  return network;
}

export class InProcessNetwork {
  readonly channel = CHANNEL;
  readonly mspIds: readonly string[];
  readonly #options: InProcessOptions;
  readonly #keys: ReadonlyMap<string, OrganizationKeys>;
  readonly #storages: ReadonlyMap<string, PeerStorage>;
  readonly #sequencer: Sequencer;
  readonly #peers = new Map<string, Peer>();
  /** As ordered. */
  readonly #blocks: Buffer[];
  #ordering: Promise<unknown> = Promise.resolve();

  constructor(options: InProcessOptions, keys: ReadonlyMap<string, OrganizationKeys>, genesisBlock: Buffer) {
    this.mspIds = options.clubs;
    this.#options = options;
    this.#keys = keys;
    this.#storages = new Map(options.clubs.map((mspId) => [mspId, options.storage?.(mspId) ?? new MemoryStorage()]));
    const { identity, key } = signerOf(this.#keysOf(ORDERING_MSP_ID), 'Node');
    this.#sequencer = new Sequencer({ identity, key, lastBlock: genesisBlock });
    this.#blocks = [genesisBlock];
  }

  /** @throws Error when it is stopped */
  peer(mspId: string): Peer {
    const found = this.#peers.get(mspId);
    if (!found) throw new Error(`the peer of ${mspId} is not running`);
    return found;
  }

  /** `Node` is the club's peer: what it signs is an endorsement. */
  signer(mspId: string, user: User | 'Node' = 'Client'): Signer {
    return signerOf(this.#keysOf(mspId), user);
  }

  /** From then on it endorses nothing and gets no blocks; what it has stored stays. */
  stopPeer(mspId: string): void {
    this.#peers.delete(mspId);
  }

  /** Starts a peer on what it has stored, and gives it what it has missed. */
  async startPeer(mspId: string): Promise<Peer> {
    const started = await Peer.start(this.#peerOptions(mspId));
    for (const block of this.#blocks.slice(started.height)) await started.commit(block);
    this.#peers.set(mspId, started);
    return started;
  }

  propose({ by, args, chaincode, transient, timestampMs }: Proposed): SignedInvocation {
    return propose(by, {
      channel: this.channel,
      chaincode: chaincode ?? this.#options.definition.name,
      args,
      ...(transient ? { transient } : {}),
      timestampMs: timestampMs ?? this.#now(by.mspId),
    });
  }

  /** @throws Error with Fabric's words when a peer refuses the proposal itself, or does not run */
  endorse({ signed }: SignedInvocation, mspIds: readonly string[]): Promise<PeerAnswer[]> {
    return Promise.all(
      mspIds.map(async (mspId) => ({ mspId, response: await this.peer(mspId).processProposal(signed) })),
    );
  }

  /** The result of a transaction that is not submitted. @throws Error `chaincode response <status>, <message>` */
  async evaluate(proposal: SignedInvocation, mspId: string): Promise<Buffer> {
    const answers = await this.endorse(proposal, [mspId]);
    requireSuccess(answers);
    return asBuffer(answers[0]?.response.getResponse()?.getPayload_asU8() ?? new Uint8Array());
  }

  /**
   * The signed transaction, serialized.
   * @throws Error when a contract refused, or the peers came to different results
   */
  assemble(proposal: SignedInvocation, answers: readonly PeerAnswer[]): Buffer {
    requireSuccess(answers);
    const [first, ...others] = answers.map(({ response }) => asBuffer(response.getPayload_asU8()));
    if (!first || others.some((payload) => !payload.equals(first)))
      throw new Error('ProposalResponsePayloads do not match');
    const endorsements = answers.flatMap(({ response }) => response.getEndorsement() ?? []);
    return assemble(proposal, first, endorsements);
  }

  /** A transaction of whatever payload and endorsements. */
  assembleAnything(proposal: SignedInvocation, payload: Buffer, endorsements: readonly peer.Endorsement[]): Buffer {
    return assemble(proposal, payload, endorsements);
  }

  /** A club's peer signs whatever its club likes. @param payload serialized `ProposalResponsePayload` */
  endorseAs(mspId: string, payload: Buffer): peer.Endorsement {
    const { identity, key } = this.signer(mspId, 'Node');
    return endorse(payload, identity, key);
  }

  /** Orders a transaction in a block of its own; resolves when all running peers have it. */
  async submit(envelope: Buffer): Promise<CommittedTransaction> {
    const [committed] = await this.submitTogether([envelope]);
    if (!committed) throw new Error('nothing was committed');
    return committed;
  }

  /**
   * Orders several transactions in one block.
   * @throws RefusedEnvelopeError when the ordering node takes one of them not, Error when the peers do not agree
   */
  submitTogether(envelopes: readonly Buffer[]): Promise<CommittedTransaction[]> {
    const ordered = this.#ordering.then(() => this.#order(envelopes));
    this.#ordering = ordered.catch(() => undefined);
    return ordered;
  }

  /** Proposes, has it endorsed by these clubs, and submits. */
  async invoke(proposed: Proposed, endorsers: readonly string[]): Promise<CommittedTransaction> {
    const proposal = this.propose(proposed);
    return this.submit(this.assemble(proposal, await this.endorse(proposal, endorsers)));
  }

  /** What stands in the block: reads, writes, hashes, event, endorsements. */
  transaction({ blockNumber, txIndex }: Pick<CommittedTransaction, 'blockNumber' | 'txIndex'>): EndorserTransaction {
    const envelope = parseBlock(this.#blocks[blockNumber] ?? Buffer.alloc(0)).envelopes[txIndex];
    if (!envelope) throw new RangeError(`no transaction ${txIndex} in block ${blockNumber}`);
    return parseEndorserTransaction(parseEnvelope(envelope));
  }

  /** The values that a club's peer has stored with a transaction. */
  privateWrites(
    mspId: string,
    { blockNumber, txIndex }: Pick<CommittedTransaction, 'blockNumber' | 'txIndex'>,
  ): PrivateWrites[] {
    return this.peer(mspId)
      .privateData(blockNumber)
      .filter((one) => one.txIndex === txIndex)
      .flatMap(({ collections }) =>
        collections.map(({ namespace, collection, rwset }) => {
          const { writes, metadataWrites } = parseKeyValueSet(rwset);
          return { namespace, collection, writes, metadataWrites };
        }),
      );
  }

  async #order(envelopes: readonly Buffer[]): Promise<CommittedTransaction[]> {
    const peers = [...this.#peers.values()];
    const [witness] = peers;
    if (!witness) throw new Error('no peer is running');
    for (const envelope of envelopes) admit(envelope, witness.channel, witness.msps);
    const block = this.#sequencer.nextBlock(envelopes);
    const blockNumber = this.#blocks.push(block) - 1;
    await Promise.all(peers.map((one) => one.commit(block)));
    const hash = witness.stateHash(blockNumber);
    if (!peers.every((one) => one.stateHash(blockNumber).equals(hash)))
      throw new Error(`peers do not agree on block ${blockNumber}`);
    const { flags } = parseBlock(witness.storedBlock(blockNumber).bytes).metadata;
    return [...flags].map((flag, txIndex) => ({ blockNumber, txIndex, code: codeOf(flag) }));
  }

  #peerOptions(mspId: string): PeerOptions {
    const chaincodes = [this.#options, ...(this.#options.furtherChaincodes ?? [])];
    const [genesisBlock] = this.#blocks;
    const storage = this.#storages.get(mspId);
    if (!genesisBlock || !storage) throw new Error(`${mspId} is no club of this network`);
    return {
      mspId,
      credentials: this.#keysOf(mspId).node.identity,
      genesisBlock,
      definitions: chaincodes.map(({ definition }) => definition),
      hosts: new Map(chaincodes.map(({ definition, chaincode }) => [definition.name, hostOf(chaincode(mspId))])),
      storage,
      clock: () => this.#now(mspId),
    };
  }

  #now(mspId: string): number {
    return this.#options.clock?.(mspId) ?? Date.now();
  }

  #keysOf(mspId: string): OrganizationKeys {
    const keys = this.#keys.get(mspId);
    if (!keys) throw new Error(`${mspId} is no organization of this network`);
    return keys;
  }
}

function hostOf(chaincode: Chaincode | ChaincodeHost): ChaincodeHost {
  return 'execute' in chaincode ? chaincode : new InProcessHost(chaincode);
}

function requireSuccess(answers: readonly PeerAnswer[]): void {
  const refusal = answers
    .map(({ response }) => response.getResponse())
    .find((response) => (response?.getStatus() ?? 0) >= ERROR_THRESHOLD);
  if (refusal) throw new Error(`chaincode response ${refusal.getStatus()}, ${refusal.getMessage()}`);
}

function codeOf(flag: number): CommittedTransaction['code'] {
  const code = Object.values(peer.TxValidationCode).find((one) => one === flag);
  if (code === undefined) throw new Error(`unknown validation code ${flag}`);
  return code;
}
