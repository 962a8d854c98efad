import type { PrivateSet } from '../fabric/delivery.js';
import { transactionRow, type TransactionRow } from './transactionRow.js';
import type { PolicyWrite } from './policyWrites.js';
import type { VerifiedBlock } from './verifiedBlock.js';
import { writesOf, type KeyWrite, type Viewpoint } from './writes.js';
import { peer } from '@hyperledger/fabric-protos';

/** All that the database keeps of a block before anything is made of it. */
export interface BlockContents {
  readonly number: number;
  /** of the header */
  readonly hash: Buffer;
  readonly previousHash: Buffer;
  readonly dataHash: Buffer;
  readonly bytes: Buffer;
  /** one for each envelope */
  readonly transactions: readonly TransactionRow[];
  readonly writes: readonly (KeyWrite & { readonly index: number })[];
  readonly policies: readonly (PolicyWrite & { readonly index: number })[];
  /** transactions whose private values are not all here */
  readonly missing: readonly number[];
  readonly quarantined: readonly Quarantined[];
}

/** A transaction that is set aside, and why: nothing private. */
export interface Quarantined {
  readonly block: number;
  readonly index: number;
  readonly reason: string;
}

export function blockContents(
  { bytes, block, hash, transactions }: VerifiedBlock,
  privateSets: readonly PrivateSet[],
  viewpoint: Viewpoint,
): BlockContents {
  const { number, previousHash, dataHash } = block;
  const changes = transactions.map(({ code, quarantine, transaction }, index) =>
    code === peer.TxValidationCode.VALID && quarantine === undefined && transaction
      ? {
          index,
          ...writesOf(
            transaction,
            privateSets.filter((set) => set.index === index),
            viewpoint,
          ),
        }
      : { index, writes: [], policies: [], isMissing: false, quarantine },
  );
  return {
    number,
    hash,
    previousHash,
    dataHash,
    bytes,
    transactions: transactions.map(transactionRow),
    writes: changes.flatMap(({ index, writes }) => writes.map((write) => ({ ...write, index }))),
    policies: changes.flatMap(({ index, policies }) => policies.map((policy) => ({ ...policy, index }))),
    missing: changes.filter(({ isMissing }) => isMissing).map(({ index }) => index),
    quarantined: changes.flatMap(({ index, quarantine }) =>
      quarantine === undefined ? [] : [{ block: number, index, reason: quarantine }],
    ),
  };
}
