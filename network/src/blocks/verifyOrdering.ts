/**
 * Whether the ordering service signed a block (protoutil.BlockSignatureVerifier).
 */
import { satisfiesThreshold } from '../genesis/channelPolicies.js';
import type { Channel } from '../genesis/channel.js';
import { MalformedMessageError, Message } from '../encoding/protobuf.js';
import { InvalidIdentityError, serializeIdentity, type Identity, type Msps } from '../identity/msp.js';
import type { Block, OrderingSignature } from './block.js';
import { headerBytes } from './header.js';

/** True when enough ordering nodes signed; signatures that do not verify are not counted. */
export function verifyOrdering(block: Block, channel: Channel, msps: Msps): boolean {
  const header = headerBytes(block.number, block.previousHash, block.dataHash);
  const { orderingValue, orderingSignatures } = block.metadata;
  const signers = orderingSignatures.flatMap((signature) => {
    const signer = serializedSigner(signature, channel);
    if (!signer) return [];
    const { signatureHeader, identifierHeader } = signature;
    const signedHeader = signatureHeader.length > 0 ? signatureHeader : identifierHeader;
    return authenticated(msps, signer, Buffer.concat([orderingValue, signedHeader, header]), signature.signature);
  });
  return satisfiesThreshold(channel.blockValidation, signers);
}

/** BFT numbers the signer by its place in the consenter mapping; otherwise the signature's header names it. */
function serializedSigner(signature: OrderingSignature, channel: Channel): Buffer | undefined {
  const { signatureHeader, identifierHeader } = signature;
  try {
    if (signatureHeader.length > 0) return new Message(signatureHeader).bytes(1);
    const id = new Message(identifierHeader).integer(1);
    const consenter = channel.consenters.find((one) => one.id === id);
    return consenter && serializeIdentity(consenter.mspId, consenter.certificate);
  } catch (error) {
    if (error instanceof MalformedMessageError) return undefined;
    throw error;
  }
}

function authenticated(msps: Msps, signer: Buffer, data: Buffer, signature: Buffer): Identity[] {
  try {
    return [msps.authenticate(signer, data, signature)];
  } catch (error) {
    if (error instanceof InvalidIdentityError) return [];
    throw error;
  }
}
