/**
 * All processes of a test network but the chaincode, run in this one.
 */
import { readOrdererConfiguration, readPeerConfiguration } from '../../../src/devnet/processes/configuration.js';
import type { ProcessContext, RunningProcess } from '../../../src/devnet/processes/main.js';
import { startOrderingNode } from '../../../src/devnet/processes/orderingNode.js';
import { startPeerNode } from '../../../src/devnet/processes/peerNode.js';
import { connectTo, type TestClient } from './client.js';
import { TestNetwork } from './testNetwork.js';

const context: ProcessContext = {
  log: () => undefined,
  fail: (error) => {
    throw error;
  },
};

export class RunningNetwork {
  readonly files: TestNetwork;
  readonly #running: RunningProcess[];
  readonly #clients: TestClient[];

  private constructor(files: TestNetwork, running: RunningProcess[]) {
    this.files = files;
    this.#running = running;
    this.#clients = files.clubs.map((club) => connectTo(files, club));
  }

  static async start(): Promise<RunningNetwork> {
    const files = await TestNetwork.create();
    await files.startChaincode();
    const orderer = await startOrderingNode(readOrdererConfiguration(files.orderer.configurationPath), context);
    const peers = files.clubs.map((club) => startPeerNode(readPeerConfiguration(club.configurationPath), context));
    return new RunningNetwork(files, [orderer, ...(await Promise.all(peers))]);
  }

  get clients(): readonly TestClient[] {
    return this.#clients;
  }

  client(index: number): TestClient {
    const client = this.#clients[index];
    if (!client) throw new Error(`no client ${index}`);
    return client;
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.close();
    await Promise.all(this.#running.map((one) => one.stop()));
    await this.files.destroy();
  }
}
