import { peer } from '@hyperledger/fabric-protos';
import { PeerConnection } from '@reciprocal-clubs/api/fabric/connection.js';
import { parseEnvelope } from '@reciprocal-clubs/network/blocks/envelope.js';
import { parseEndorserTransaction } from '@reciprocal-clubs/network/blocks/transaction.js';
import type { Journey } from './journey.js';

/** What does show to a third club: that two clubs did something, when, how large it was, and which hashed keys come again. */
export async function traces({ orchard, sealed }: Journey): Promise<string[]> {
  const connection = new PeerConnection(orchard.profile.peer, orchard.profile.mspId);
  const times = new Map<string, number>();
  const lines: string[] = [];
  try {
    const qscc = connection.as(orchard.profile.client).getNetwork(orchard.network.channel).getContract('qscc');
    for (const { txId, blockNumber } of sealed) {
      const answer = await qscc.evaluateTransaction('GetTransactionByID', orchard.network.channel, txId);
      const bytes =
        peer.ProcessedTransaction.deserializeBinary(answer).getTransactionenvelope()?.serializeBinary() ??
        new Uint8Array();
      const envelope = parseEnvelope(bytes);
      const collections = parseEndorserTransaction(envelope)
        .readWriteSets.flatMap((set) => set.collections)
        .filter(({ writes }) => writes.length > 0);
      const keys = collections.flatMap(({ writes }) => writes.map(({ keyHash }) => keyHash.toString('hex')));
      for (const key of new Set(keys)) times.set(key, (times.get(key) ?? 0) + 1);
      const when = new Date(envelope.timestampMs ?? 0).toISOString();
      lines.push(
        `seen: block ${blockNumber} ${when} ${bytes.length} bytes, ${collections.map(({ collection }) => collection).join(' and ')}, ${keys.length} hashed keys written`,
      );
    }
  } finally {
    connection.close();
  }
  const again = [...times].filter(([, count]) => count > 1).map(([key, count]) => `${key.slice(0, 8)} ${count} times`);
  return [...lines, `seen: hashed keys that come again: ${again.join(', ')}`];
}
