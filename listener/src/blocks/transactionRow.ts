import { MalformedMessageError, Message } from '@reciprocal-clubs/network/encoding/protobuf.js';
import { transactionId } from '@reciprocal-clubs/network/blocks/verifyTransaction.js';
import { storableText } from './storableText.js';
import type { CheckedTransaction } from './verifiedBlock.js';

/** A transaction as a block lists it. What the client claims is told as it is where Postgres can hold it. */
export interface TransactionRow {
  /** 64 hexadecimal digits; empty where the envelope names none */
  readonly txId: string;
  /** `common.HeaderType`; -1 where there is none */
  readonly type: number;
  readonly code: number;
  /** proven by its signature; empty where nothing is */
  readonly creatorMsp: string;
  readonly timeMs: number | undefined;
  readonly chaincode: string | undefined;
  readonly name: string | undefined;
  /** MSP ids, proven by their signatures */
  readonly endorsers: readonly string[];
  /** Whoever holds the certificate made the transaction of this id: a stranger's envelope only bears its name. */
  readonly isProven: boolean;
}

const mostTypes = 1000;
/** The end of year 9999, which is as far as anybody writes a time. */
const lastTimeMs = 253_402_300_799_999;

export function transactionRow({
  envelope,
  creator,
  transaction,
  endorsers,
  code,
}: CheckedTransaction): TransactionRow {
  const { txId = '', type = -1, timestampMs } = envelope ?? {};
  return {
    txId: /^[0-9a-f]{64}$/.test(txId) ? txId : '',
    type: type >= 0 && type < mostTypes ? type : -1,
    code,
    creatorMsp: creator?.mspId ?? '',
    timeMs: timestampMs === undefined ? undefined : Math.min(Math.max(timestampMs, 0), lastTimeMs),
    chaincode: transaction && storableText(transaction.chaincode.name),
    name: transaction && nameOf(transaction.proposalPayload),
    endorsers: endorsers.map(({ mspId }) => mspId),
    isProven: envelope !== undefined && creator !== undefined && isIdOf(envelope),
  };
}

function isIdOf({ txId, nonce, creator }: { txId: string; nonce: Buffer; creator: Buffer }): boolean {
  return txId === transactionId(nonce, creator);
}

/** The first argument of the invocation. */
function nameOf(proposalPayload: Buffer): string | undefined {
  try {
    const invocation = new Message(new Message(proposalPayload).bytes(1));
    const [name] = invocation.message(1).message(3).allBytes(1);
    return name && storableText(name.toString('utf8'));
  } catch (error) {
    if (error instanceof MalformedMessageError) return undefined;
    throw error;
  }
}
