/**
 * What an ordering node lets into a block (orderer/common/broadcast, msgprocessor): it looks at form, size and signature,
 * never at what a transaction does.
 */
import { common } from '@hyperledger/fabric-protos';
import { MalformedEnvelopeError, parseEnvelope, type Envelope } from '../../blocks/envelope.js';
import { satisfiesThreshold } from '../../genesis/channelPolicies.js';
import type { Channel } from '../../genesis/channel.js';
import { InvalidIdentityError, type Identity, type Msps } from '../../identity/msp.js';

export type BroadcastStatus = common.StatusMap[keyof common.StatusMap];

/** An envelope that is not ordered, and what its sender is told. */
export class RefusedEnvelopeError extends Error {
  override readonly name = 'RefusedEnvelopeError';
  readonly status: BroadcastStatus;

  constructor(status: BroadcastStatus, info: string) {
    super(info);
    this.status = status;
  }
}

const { Status, HeaderType } = common;

const REFUSED_TYPES = new Map<number, string>([
  [HeaderType.CONFIG, 'message is of type that cannot be processed directly'],
  [HeaderType.ORDERER_TRANSACTION, 'message is of type that is no longer supported'],
  [
    HeaderType.CONFIG_UPDATE,
    "error applying config update to existing channel: devnet's configuration does not change",
  ],
]);

const NOT_A_WRITER =
  "implicit policy evaluation failed - 0 sub-policies were satisfied, but this policy requires 1 of the 'Writers' sub-policies to be satisfied: permission denied";

/** @throws RefusedEnvelopeError */
export function admit(bytes: Uint8Array, channel: Channel, msps: Msps): Envelope {
  const envelope = read(bytes);
  if (envelope.channel !== channel.name) throw badRequest('channel does not exist');
  const reason = REFUSED_TYPES.get(envelope.type);
  if (reason !== undefined) throw badRequest(reason);
  requireSize(envelope, channel.batchSize.absoluteMaxBytes);
  const sender = senderOf(envelope, msps);
  if (sender && msps.isExpired(sender)) throw badRequest('broadcast client identity expired');
  if (!sender || !mayWrite(sender, channel)) throw new RefusedEnvelopeError(Status.FORBIDDEN, NOT_A_WRITER);
  return envelope;
}

function read(bytes: Uint8Array): Envelope {
  try {
    return parseEnvelope(bytes);
  } catch (error) {
    if (error instanceof MalformedEnvelopeError) throw badRequest(`could not determine channel ID: ${error.message}`);
    throw error;
  }
}

function requireSize({ payload, signature }: Envelope, maxBytes: number): void {
  const size = payload.length + signature.length;
  if (size > maxBytes)
    throw badRequest(`message payload is ${size} bytes and exceeds maximum allowed ${maxBytes} bytes`);
}

function senderOf({ creator, payload, signature }: Envelope, msps: Msps): Identity | undefined {
  try {
    return msps.authenticate(creator, payload, signature);
  } catch (error) {
    if (error instanceof InvalidIdentityError) return undefined;
    throw error;
  }
}

function mayWrite(sender: Identity, { application, ordering }: Channel): boolean {
  return satisfiesThreshold(application.writers, [sender]) || satisfiesThreshold(ordering.writers, [sender]);
}

function badRequest(info: string): RefusedEnvelopeError {
  return new RefusedEnvelopeError(Status.BAD_REQUEST, info);
}
