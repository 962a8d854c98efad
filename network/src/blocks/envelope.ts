/**
 * One envelope of a block or of a broadcast, read from its bytes. Nothing is verified here but the form.
 */
import { common, peer } from '@hyperledger/fabric-protos';
import { MalformedMessageError, Message } from '../encoding/protobuf.js';

export type ValidationCode = peer.TxValidationCodeMap[keyof peer.TxValidationCodeMap];

export interface Envelope {
  /** What the creator signed. */
  readonly payload: Buffer;
  readonly signature: Buffer;
  /** `common.HeaderType` */
  readonly type: number;
  readonly channel: string;
  readonly txId: string;
  /** The creator's claim; undefined when it made none. */
  readonly timestampMs: number | undefined;
  readonly epoch: number;
  /** Serialized `ChaincodeHeaderExtension` of an endorser transaction. */
  readonly headerExtension: Buffer;
  /** As received: proposal hashes are over these bytes. */
  readonly channelHeader: Buffer;
  readonly signatureHeader: Buffer;
  /** Serialized identity; empty in a genesis block. */
  readonly creator: Buffer;
  readonly nonce: Buffer;
  /** Serialized `peer.Transaction`, `common.ConfigEnvelope` and so on, by type. */
  readonly data: Buffer;
}

/** An envelope that is not what it should be, with the code that Fabric's validation gives it. */
export class MalformedEnvelopeError extends Error {
  override readonly name = 'MalformedEnvelopeError';
  readonly code: ValidationCode;

  constructor(code: ValidationCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const { HeaderType } = common;
const { TxValidationCode } = peer;
const KNOWN_TYPES: readonly number[] = [HeaderType.ENDORSER_TRANSACTION, HeaderType.CONFIG_UPDATE, HeaderType.CONFIG];

/** @throws MalformedEnvelopeError */
export function parseEnvelope(bytes: Uint8Array): Envelope {
  const envelope = reading(TxValidationCode.INVALID_OTHER_REASON, () => new Message(bytes));
  const payloadBytes = envelope.bytes(1);
  const payload = reading(TxValidationCode.BAD_PAYLOAD, () => new Message(payloadBytes));
  return reading(TxValidationCode.BAD_COMMON_HEADER, () => {
    const header = payload.message(1);
    const channelHeader = new Message(header.bytes(1));
    const signatureHeader = new Message(header.bytes(2));
    return Object.freeze({
      payload: payloadBytes,
      signature: envelope.bytes(2),
      type: channelHeader.integer(1),
      channel: channelHeader.text(4),
      txId: channelHeader.text(5),
      timestampMs: timestampMs(channelHeader.optionalMessage(3)),
      epoch: channelHeader.integer(6),
      headerExtension: channelHeader.bytes(7),
      channelHeader: header.bytes(1),
      signatureHeader: header.bytes(2),
      creator: signatureHeader.bytes(1),
      nonce: signatureHeader.bytes(2),
      data: payload.bytes(2),
    });
  });
}

/**
 * What Fabric asks of every envelope but a genesis block's (core/common/validation).
 * @throws MalformedEnvelopeError
 */
export function requireCompleteHeader(envelope: Envelope): void {
  const fault = headerFault(envelope);
  if (fault !== undefined) throw new MalformedEnvelopeError(TxValidationCode.BAD_COMMON_HEADER, fault);
}

function headerFault({ type, epoch, nonce, creator }: Envelope): string | undefined {
  if (!KNOWN_TYPES.includes(type)) return `invalid header type ${type}`;
  if (epoch !== 0) return `invalid Epoch in ChannelHeader. Expected 0, got [${epoch}]`;
  if (nonce.length === 0) return 'invalid nonce specified in the header';
  if (creator.length === 0) return 'invalid creator specified in the header';
  return undefined;
}

/** Runs a reader; what it finds malformed gets the code. */
export function reading<Value>(code: ValidationCode, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (error instanceof MalformedMessageError) throw new MalformedEnvelopeError(code, error.message, { cause: error });
    throw error;
  }
}

function timestampMs(timestamp: Message | undefined): number | undefined {
  return timestamp && timestamp.integer(1) * 1000 + Math.floor(timestamp.integer(2) / 1_000_000);
}
