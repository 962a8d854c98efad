import { expect } from 'chai';
import { readOrdererConfiguration, readPeerConfiguration } from '../../../src/devnet/processes/configuration.js';
import type { RunningProcess } from '../../../src/devnet/processes/main.js';
import { startOrderingNode } from '../../../src/devnet/processes/ordering-node.js';
import { startPeerNode } from '../../../src/devnet/processes/peer-node.js';
import { connectTo, type TestClient } from './client.js';
import { TestNetwork } from './test-network.js';

describe('A network of three clubs, to unmodified clients', () => {
  let network: TestNetwork;
  let running: RunningProcess[] = [];
  let clients: TestClient[] = [];

  before(async function () {
    this.timeout(60_000);
    network = await TestNetwork.create();
    await network.startChaincode();
    const context = {
      log: () => undefined,
      fail: (error: unknown): void => {
        throw error;
      },
    };
    running = [
      await startOrderingNode(readOrdererConfiguration(network.orderer.configurationPath), context),
      ...(await Promise.all(
        network.clubs.map((club) => startPeerNode(readPeerConfiguration(club.configurationPath), context)),
      )),
    ];
    clients = network.clubs.map((club) => connectTo(network, club));
  });

  after(async () => {
    for (const client of clients) client.close();
    await Promise.all(running.map((one) => one.stop()));
    await network.destroy();
  });

  function client(index: number): TestClient {
    const found = clients[index];
    if (!found) throw new Error(`no client ${index}`);
    return found;
  }

  it('commits what one club writes for all to read', async () => {
    expect(await client(0).submit('put', 'k1', 'v1')).to.equal('k1');
    for (const reader of clients) expect(await reader.evaluate('get', 'k1')).to.equal('v1');
  });
});
