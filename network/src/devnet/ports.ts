/**
 * The seams between devnet's parts: what a peer needs from its storage and its chaincode, and what the
 * services (gateway, deliver, qscc) may ask of a peer. Everything else is private to its folder.
 */
import type { peer as peerpb, common } from '@hyperledger/fabric-protos';
import type { Channel } from '../genesis/channel.js';
import type { Identity, Msps } from '../identity/msp.js';
import type { Definitions } from './definitions.js';
import type { Simulator } from './simulation/simulator.js';

/** A private read-write set of one collection: the serialized `kvrwset.KVRWSet` whose SHA-256 is the block's `pvtRwsetHash`. */
export interface CollectionWrites {
  namespace: string;
  collection: string;
  rwset: Buffer;
}

/** Private values of one transaction of a block, of the collections this peer is a member of. */
export interface TransactionPrivateData {
  txIndex: number;
  collections: CollectionWrites[];
}

/** A block as a peer keeps it: with validation codes and commit hash in its metadata. */
export interface StoredBlock {
  number: number;
  /** serialized `common.Block` */
  bytes: Buffer;
  privateData: TransactionPrivateData[];
}

/** Where a peer keeps what must survive kill -9. Each promise resolves when the data is on disk. */
export interface PeerStorage {
  /** Number of blocks stored. */
  readonly height: number;
  append(block: StoredBlock): Promise<void>;
  /** @throws RangeError when there is no such block */
  read(blockNumber: number): StoredBlock;
  /** Keeps endorsed private values until their block arrives or `purgeTransient` drops them. */
  putTransient(txId: string, heightAtEndorsement: number, collections: CollectionWrites[]): Promise<void>;
  /** All values kept under this transaction id (several endorsements of one id may differ: all are kept). */
  transient(txId: string): CollectionWrites[];
  /**
   * Keeps these private values, by block number, in place of those the blocks were stored with: a purge took some away,
   * and no file has them any more when it resolves. A crash before that leaves the old ones: whoever replays does it again.
   */
  replacePrivateData(replacements: ReadonlyMap<number, readonly TransactionPrivateData[]>): Promise<void>;
  /** Forgets the transactions named (they are in a block now) and all endorsed below `height`. */
  purgeTransient(txIds: readonly string[], height: number): Promise<void>;
  close(): Promise<void>;
}

/** One call of a chaincode, whatever carries it (gRPC stream or in-process stub). */
export interface ChaincodeCall {
  channel: string;
  txId: string;
  /** chaincode name = namespace of its state */
  namespace: string;
  simulator: Simulator;
  /** MSP of the client that signed the proposal: member-only collections look at it */
  creatorMspId: string;
  input: peerpb.ChaincodeInput;
  signedProposal: peerpb.SignedProposal;
  /**
   * Runs another chaincode within this transaction, on the same simulator.
   * @param target its name, or `name/channel`
   * @throws Error with Fabric's words
   */
  invokeChaincode(target: string, input: peerpb.ChaincodeInput): Promise<ChaincodeResult>;
}

export interface ChaincodeResult {
  response: peerpb.Response;
  event: peerpb.ChaincodeEvent | undefined;
}

/** A running chaincode as the endorser sees it. */
export interface ChaincodeHost {
  /** @throws Error with Fabric's words when the chaincode cannot be reached, dies or times out */
  execute(call: ChaincodeCall): Promise<ChaincodeResult>;
  close(): void;
}

/** A chaincode of the peer's own (qscc): it simulates nothing, and judges for itself who may ask. */
export interface SystemChaincode {
  invoke(input: peerpb.ChaincodeInput, creator: Identity): peerpb.Response;
}

/** As `peer lifecycle` would have committed it. */
export interface CollectionDefinition {
  name: string;
  memberMspIds: string[];
  requiredPeerCount: number;
  maxPeerCount: number;
  blockToLive: number;
  memberOnlyRead: boolean;
  memberOnlyWrite: boolean;
  /** absent: the chaincode's policy applies */
  endorsementPolicy?: common.SignaturePolicyEnvelope;
}

export interface ChaincodeDefinition {
  name: string;
  version: string;
  sequence: number;
  packageId: string;
  /** 'MAJORITY Endorsement' is the channel's implicit policy: more than half of the application organizations */
  endorsementPolicy: 'MAJORITY Endorsement' | common.SignaturePolicyEnvelope;
  collections: CollectionDefinition[];
}

/** Where a transaction is, and its verdict. */
export interface CommittedTransaction {
  blockNumber: number;
  txIndex: number;
  code: peerpb.TxValidationCodeMap[keyof peerpb.TxValidationCodeMap];
}

/** What the services on a peer's port (gateway, deliver, qscc) ask of it. */
export interface ServingPeer {
  readonly mspId: string;
  readonly channel: Channel;
  readonly msps: Msps;
  readonly definitions: Definitions;
  /** Number of blocks committed. */
  readonly height: number;
  /** A committed block. @throws RangeError when there is no such block */
  storedBlock(blockNumber: number): StoredBlock;
  transaction(txId: string): CommittedTransaction | undefined;
  /** Calls the listener after each commit, when `height` and `transaction` know of it; returns how to stop that. */
  onBlock(listener: () => void): () => void;
  /**
   * As Fabric's endorser answers: what fails in simulation is a response with status 500, and `interest` says whose
   * endorsements the transaction needs.
   * @throws Error with Fabric's words when the proposal itself is refused (malformed, forged, duplicate, no writer)
   */
  processProposal(proposal: peerpb.SignedProposal): Promise<peerpb.ProposalResponse>;
}
