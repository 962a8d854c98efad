/**
 * What the signatures of one envelope prove, whatever validation made of it.
 */
import { common } from '@hyperledger/fabric-protos';
import { InvalidIdentityError, type Identity, type Msps } from '../identity/msp.js';
import { sha256 } from '../identity/sign.js';
import { MalformedEnvelopeError, parseEnvelope, requireCompleteHeader, type Envelope } from './envelope.js';
import { parseEndorserTransaction, type EndorserTransaction } from './transaction.js';

export interface VerifiedTransaction {
  /** Undefined when the bytes are no envelope. */
  readonly envelope: Envelope | undefined;
  /** Undefined when it is no endorser transaction, or not a well-formed one. */
  readonly transaction: EndorserTransaction | undefined;
  /** Who proposed and submitted it; undefined when the signature does not prove it. */
  readonly creator: Identity | undefined;
  /** Who endorsed it, as far as signatures prove it. */
  readonly endorsers: readonly Identity[];
  /** Endorsements that prove nothing. Fabric passes over them, so a valid transaction may have some. */
  readonly brokenEndorsements: number;
  /** Why it can never be valid; undefined when signatures and hashes hold. */
  readonly fault: string | undefined;
}

const NOTHING: VerifiedTransaction = {
  envelope: undefined,
  transaction: undefined,
  creator: undefined,
  endorsers: [],
  brokenEndorsements: 0,
  fault: undefined,
};

/** Reports what does not hold; throws nothing. */
export function verifyTransaction(bytes: Uint8Array, msps: Msps): VerifiedTransaction {
  let proven = NOTHING;
  try {
    const envelope = parseEnvelope(bytes);
    proven = { ...proven, envelope };
    requireCompleteHeader(envelope);
    proven = { ...proven, creator: msps.authenticate(envelope.creator, envelope.payload, envelope.signature) };
    if (envelope.type !== common.HeaderType.ENDORSER_TRANSACTION) return proven;
    const transaction = parseEndorserTransaction(envelope);
    proven = { ...proven, transaction, ...endorsersOf(transaction, msps) };
    return { ...proven, fault: inconsistency(envelope, transaction, proven.endorsers) };
  } catch (error) {
    if (error instanceof MalformedEnvelopeError || error instanceof InvalidIdentityError)
      return { ...proven, fault: error.message };
    throw error;
  }
}

/** The transaction id is SHA-256 of nonce and creator, in hexadecimal: nobody can choose it. */
export function transactionId(nonce: Uint8Array, creator: Uint8Array): string {
  return sha256(nonce, creator).toString('hex');
}

function inconsistency(
  { txId, nonce, creator }: Envelope,
  { proposalHash, expectedProposalHash }: EndorserTransaction,
  endorsers: readonly Identity[],
): string | undefined {
  if (txId !== transactionId(nonce, creator)) return `incorrectly computed txid '${txId}'`;
  if (!proposalHash.equals(expectedProposalHash)) return 'proposal hash does not match';
  return endorsers.length === 0 ? 'no endorsement holds' : undefined;
}

function endorsersOf(
  { endorsements, proposalResponsePayload }: EndorserTransaction,
  msps: Msps,
): Pick<VerifiedTransaction, 'endorsers' | 'brokenEndorsements'> {
  const endorsers = endorsements.flatMap(({ endorser, signature }) => {
    try {
      return [msps.authenticate(endorser, Buffer.concat([proposalResponsePayload, endorser]), signature)];
    } catch (error) {
      if (error instanceof InvalidIdentityError) return [];
      throw error;
    }
  });
  return { endorsers, brokenEndorsements: endorsements.length - endorsers.length };
}
