import { Message } from '@reciprocal-clubs/network/encoding/protobuf.js';
import type { Connection } from './peerBlocks.js';

const heightField = 1;

/** Number of blocks that the peer has. @throws Error when it does not answer */
export async function peerHeight(connect: () => Connection, channel: string): Promise<number> {
  const connection = connect();
  try {
    const qscc = connection.gateway.getNetwork(channel).getContract('qscc');
    return new Message(await qscc.evaluateTransaction('GetChainInfo', channel)).integer(heightField);
  } finally {
    connection.close();
  }
}
