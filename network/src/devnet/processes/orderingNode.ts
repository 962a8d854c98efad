/**
 * The ordering process: the channel's blocks in a file, and the ports.
 */
import { createPrivateKey } from 'node:crypto';
import { join } from 'node:path';
import { parseBlock } from '../../blocks/block.js';
import { Msps, serializeIdentity } from '../../identity/msp.js';
import { LoopbackServer } from '../grpc/server.js';
import { OrderingChain } from '../ordering/chain.js';
import { addOrderingService } from '../ordering/orderingService.js';
import { Sequencer } from '../ordering/sequencer.js';
import { lockFolder } from '../storage/lock.js';
import { RecordFile } from '../storage/recordFile.js';
import type { OrdererConfiguration } from './configuration.js';
import type { ProcessContext, RunningProcess } from './main.js';
import { healthOf, serveOperations } from './operations.js';

/** @throws PortTakenError, FolderInUseError, DamagedFileError, or Error when the folder is another channel's */
export async function startOrderingNode(
  configuration: OrdererConfiguration,
  { log, fail }: ProcessContext,
): Promise<RunningProcess> {
  const { mspId, credentials, channel, dataFolder, tls, port, operationsPort } = configuration;
  const unlock = lockFolder(dataFolder);
  const file = new RecordFile(join(dataFolder, 'blocks'));
  await requireGenesisBlock(file, configuration);
  const sequencer = new Sequencer({
    identity: serializeIdentity(mspId, credentials.certificate),
    key: createPrivateKey(credentials.privateKey),
    lastBlock: file.read(file.count - 1),
  });
  const chain = new OrderingChain({
    file,
    batchSize: channel.batchSize,
    nextBlock: (envelopes) => sequencer.nextBlock(envelopes),
    onFailure: fail,
  });
  const clock = Date.now;
  const server = new LoopbackServer();
  const msps = new Msps(channel.mspDefinitions, clock);
  addOrderingService(server.server, { channel, msps, chain, clock }, server.stopping);
  await server.listen(port, tls);
  const operations = await serveOperations(operationsPort, (path) =>
    path === '/healthz' ? { ...healthOf(), height: chain.height } : undefined,
  );
  log('info', 'ready', { port, operationsPort, height: chain.height });
  return {
    stop: async () => {
      await server.stop();
      operations.close();
      await file.close();
      unlock();
    },
  };
}

async function requireGenesisBlock(
  file: RecordFile,
  { genesisBlock, dataFolder }: OrdererConfiguration,
): Promise<void> {
  if (file.count === 0) await file.append(genesisBlock);
  else if (!parseBlock(file.read(0)).dataHash.equals(parseBlock(genesisBlock).dataHash))
    throw new Error(`the blocks in ${dataFolder} belong to another channel than the genesis block`);
}
