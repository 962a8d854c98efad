/**
 * What a client signs: proposals, and the transactions that their endorsements make.
 */
import { randomBytes, type KeyObject } from 'node:crypto';
import { common, peer } from '@hyperledger/fabric-protos';
import timestamp from 'google-protobuf/google/protobuf/timestamp_pb.js';
import { transactionId } from '../blocks/verifyTransaction.js';
import { asBuffer } from '../encoding/protobuf.js';
import { signLowS } from '../identity/sign.js';
import { prepareTransaction, readProposal } from './gateway/proposal.js';

/** Someone's serialized identity and key. */
export interface Signer {
  readonly mspId: string;
  readonly identity: Buffer;
  readonly key: KeyObject;
}

export interface Invocation {
  readonly channel: string;
  readonly chaincode: string;
  /** The name of the transaction first. */
  readonly args: readonly (string | Uint8Array)[];
  readonly transient?: Readonly<Record<string, string | Uint8Array>>;
  readonly timestampMs: number;
}

export interface SignedInvocation {
  readonly txId: string;
  readonly signer: Signer;
  readonly signed: peer.SignedProposal;
}

const NONCE_BYTES = 24;
const MS = 1000;
const NANOS_PER_MS = 1_000_000;

export function propose(signer: Signer, invocation: Invocation): SignedInvocation {
  const nonce = randomBytes(NONCE_BYTES);
  const txId = transactionId(nonce, signer.identity);
  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setCreator(signer.identity);
  signatureHeader.setNonce(nonce);
  const header = new common.Header();
  header.setChannelHeader(channelHeader(txId, invocation).serializeBinary());
  header.setSignatureHeader(signatureHeader.serializeBinary());
  const proposal = new peer.Proposal();
  proposal.setHeader(header.serializeBinary());
  proposal.setPayload(payload(invocation).serializeBinary());
  const bytes = proposal.serializeBinary();
  const signed = new peer.SignedProposal();
  signed.setProposalBytes(bytes);
  signed.setSignature(signLowS(signer.key, bytes));
  return { txId, signer, signed };
}

/** The signed, serialized `common.Envelope` of a transaction; whether the endorsements fit it is not asked. */
export function assemble(
  { signer, signed }: SignedInvocation,
  proposalResponsePayload: Uint8Array,
  endorsements: readonly peer.Endorsement[],
): Buffer {
  const envelope = prepareTransaction(readProposal(signed), proposalResponsePayload, endorsements);
  envelope.setSignature(signLowS(signer.key, envelope.getPayload_asU8()));
  return asBuffer(envelope.serializeBinary());
}

function channelHeader(txId: string, { channel, chaincode, timestampMs }: Invocation): common.ChannelHeader {
  const chaincodeId = new peer.ChaincodeID();
  chaincodeId.setName(chaincode);
  const extension = new peer.ChaincodeHeaderExtension();
  extension.setChaincodeId(chaincodeId);
  const time = new timestamp.Timestamp();
  time.setSeconds(Math.floor(timestampMs / MS));
  time.setNanos((timestampMs % MS) * NANOS_PER_MS);
  const header = new common.ChannelHeader();
  header.setType(common.HeaderType.ENDORSER_TRANSACTION);
  header.setTimestamp(time);
  header.setChannelId(channel);
  header.setTxId(txId);
  header.setExtension$(extension.serializeBinary());
  return header;
}

function payload({ chaincode, args, transient }: Invocation): peer.ChaincodeProposalPayload {
  const input = new peer.ChaincodeInput();
  input.setArgsList(args.map((arg) => Buffer.from(arg)));
  const chaincodeId = new peer.ChaincodeID();
  chaincodeId.setName(chaincode);
  const specification = new peer.ChaincodeSpec();
  specification.setType(peer.ChaincodeSpec.Type.NODE);
  specification.setChaincodeId(chaincodeId);
  specification.setInput(input);
  const invocation = new peer.ChaincodeInvocationSpec();
  invocation.setChaincodeSpec(specification);
  const proposalPayload = new peer.ChaincodeProposalPayload();
  proposalPayload.setInput(invocation.serializeBinary());
  for (const [name, value] of Object.entries(transient ?? {}))
    proposalPayload.getTransientmapMap().set(name, Buffer.from(value));
  return proposalPayload;
}
