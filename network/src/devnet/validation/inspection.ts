/**
 * What can be said of an envelope in a block without looking at state (common/validation/msgvalidation.go,
 * committer/txvalidator/v20).
 */
import { common, peer } from '@hyperledger/fabric-protos';
import {
  MalformedEnvelopeError,
  parseEnvelope,
  requireCompleteHeader,
  type Envelope,
  type ValidationCode,
} from '../../blocks/envelope.js';
import {
  parseChaincodeAction,
  parseEndorsedProposal,
  parseEndorserTransaction,
  type EndorserTransaction,
} from '../../blocks/transaction.js';
import { transactionId } from '../../blocks/verifyTransaction.js';
import { InvalidIdentityError, type Msps } from '../../identity/msp.js';

const { HeaderType } = common;
const { TxValidationCode } = peer;

/** One envelope of a block. */
export interface InspectedEnvelope {
  /** VALID as far as this can be said. */
  readonly code: ValidationCode;
  /** As claimed; empty when it cannot be read. */
  readonly txId: string;
  /** Present when it is an endorser transaction that is well formed. */
  readonly transaction: EndorserTransaction | undefined;
}

export interface InspectionContext {
  readonly channel: string;
  readonly msps: Msps;
  readonly isOnLedger: (txId: string) => boolean;
}

export function inspectEnvelope(bytes: Uint8Array, context: InspectionContext): InspectedEnvelope {
  let txId = '';
  try {
    const envelope = parseEnvelope(bytes);
    ({ txId } = envelope);
    return { code: TxValidationCode.VALID, txId, transaction: inspect(envelope, context) };
  } catch (error) {
    if (error instanceof MalformedEnvelopeError) return { code: error.code, txId, transaction: undefined };
    throw error;
  }
}

/** The same for a block that was validated when it was stored. */
export function readEnvelope(bytes: Uint8Array, code: ValidationCode): InspectedEnvelope {
  let txId = '';
  try {
    const envelope = parseEnvelope(bytes);
    ({ txId } = envelope);
    const transaction =
      envelope.type === HeaderType.ENDORSER_TRANSACTION ? parseEndorserTransaction(envelope) : undefined;
    return { code, txId, transaction };
  } catch (error) {
    if (error instanceof MalformedEnvelopeError) return { code, txId, transaction: undefined };
    throw error;
  }
}

/** @throws MalformedEnvelopeError */
function inspect(envelope: Envelope, { channel, msps, isOnLedger }: InspectionContext): EndorserTransaction {
  requireCompleteHeader(envelope);
  requireCreator(envelope, channel, msps);
  requireEndorserTransaction(envelope);
  if (envelope.txId !== transactionId(envelope.nonce, envelope.creator))
    throw new MalformedEnvelopeError(TxValidationCode.BAD_PROPOSAL_TXID, 'incorrectly computed txid');
  const proposal = parseEndorsedProposal(envelope);
  if (!proposal.proposalHash.equals(proposal.expectedProposalHash))
    throw new MalformedEnvelopeError(TxValidationCode.INVALID_ENDORSER_TRANSACTION, 'proposal hash does not match');
  if (isOnLedger(envelope.txId))
    throw new MalformedEnvelopeError(TxValidationCode.DUPLICATE_TXID, 'transaction is on the ledger already');
  return { ...proposal, ...parseChaincodeAction(envelope, proposal) };
}

/** Another channel's members are strangers here. */
function requireCreator({ channel, creator, payload, signature }: Envelope, ours: string, msps: Msps): void {
  try {
    if (channel !== ours) throw new InvalidIdentityError(`envelope is for channel '${channel}'`);
    msps.authenticate(creator, payload, signature);
  } catch (error) {
    if (!(error instanceof InvalidIdentityError)) throw error;
    throw new MalformedEnvelopeError(TxValidationCode.BAD_CREATOR_SIGNATURE, error.message, { cause: error });
  }
}

/** Devnet's configuration never changes: its ordering node takes no update, and its peers none either. */
function requireEndorserTransaction({ type }: Envelope): void {
  if (type === HeaderType.CONFIG)
    throw new MalformedEnvelopeError(
      TxValidationCode.INVALID_CONFIG_TRANSACTION,
      'changes of the configuration are not supported',
    );
  if (type !== HeaderType.ENDORSER_TRANSACTION)
    throw new MalformedEnvelopeError(TxValidationCode.UNSUPPORTED_TX_PAYLOAD, `unsupported type ${type}`);
}
