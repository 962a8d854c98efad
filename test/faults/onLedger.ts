import { common, peer } from '@hyperledger/fabric-protos';
import { PeerConnection } from '@reciprocal-clubs/api/fabric/connection.js';
import type { Club } from '../journeys/first/club.js';
import type { Acknowledged } from './visitors.js';

const operationsPortOffset = 2;

/** Every acknowledged transaction is VALID on every peer, in the block that was told; and all peers have one state after every block. */
export async function compareLedgers(clubs: readonly Club[], acknowledged: readonly Acknowledged[]): Promise<string[]> {
  const last = Math.max(...acknowledged.map(({ block }) => block));
  const missing: string[] = [];
  for (const club of clubs) missing.push(...(await missingAt(club, acknowledged)));
  const states = await Promise.all(clubs.map((club) => stateHashes(club, last)));
  const forked = (states[0] ?? []).flatMap((hash, block) =>
    states.every((list) => list[block] === hash) ? [] : [`block ${block}: peers differ`],
  );
  return [...missing, ...forked];
}

async function missingAt(
  { profile, network: { channel } }: Club,
  acknowledged: readonly Acknowledged[],
): Promise<string[]> {
  const connection = new PeerConnection(profile.peer, profile.mspId);
  try {
    const qscc = connection.as(profile.client).getNetwork(channel).getContract('qscc');
    const faults: string[] = [];
    for (const { txId, block } of acknowledged) {
      const found = await Promise.all([
        qscc.evaluateTransaction('GetTransactionByID', channel, txId),
        qscc.evaluateTransaction('GetBlockByTxID', channel, txId),
      ]).catch(() => undefined);
      const code = found && peer.ProcessedTransaction.deserializeBinary(found[0]).getValidationcode();
      const number = found && common.Block.deserializeBinary(found[1]).getHeader()?.getNumber();
      if (code !== peer.TxValidationCode.VALID || number !== block)
        faults.push(`${profile.id}: ${txId} was told to be in block ${block}; it has code ${code} in block ${number}`);
    }
    return faults;
  } finally {
    connection.close();
  }
}

async function stateHashes({ profile }: Club, last: number): Promise<string[]> {
  const port = Number(profile.peer.address.split(':')[1]) + operationsPortOffset;
  const hashes: string[] = [];
  for (let block = 0; block <= last; block += 1) {
    const response = await fetch(`http://127.0.0.1:${port}/state/${block}`);
    hashes.push(((await response.json()) as { stateHash: string }).stateHash);
  }
  return hashes;
}
