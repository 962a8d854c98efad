import { Client, credentials, status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { raw } from '../../../src/devnet/grpc/calls.js';
import { eventually, heightOf } from '../network/client.js';
import { RunningNetwork } from '../network/runningNetwork.js';
import type { TestNode } from '../network/testNetwork.js';
import { mutate, seededRandom } from './mutate.js';
import { ordererSamples, peerSamples, type Sample } from './samples.js';

/** Of each message; half of them keep a valid signature. */
const MUTATIONS = 120;
const AT_ONCE = 12;
const PATIENCE_MS = 1_000;

describe('Mutated messages', function () {
  this.timeout(120_000);

  let network: RunningNetwork;

  before(async () => {
    network = await RunningNetwork.start();
  });

  after(() => network.stop());

  it("to a peer's ports are answered, and do it no harm", async () => {
    await sendAll(network.files.club(0), await peerSamples(network), 1);
    await requireHealth();
  });

  it("to the ordering node's ports are answered, and in blocks do the peers no harm", async () => {
    const before = await heightOf(network.client(0));
    await sendAll(network.files.orderer, await ordererSamples(network), 2);
    await requireHealth();
    expect(await heightOf(network.client(0))).to.be.greaterThan(before);
  });

  async function requireHealth(): Promise<void> {
    await network.client(0).submit('put', 'still', 'well');
    for (const client of network.clients)
      expect(await eventually(() => client.evaluate('get', 'still'), 'well')).to.equal('well');
  }

  async function sendAll(to: TestNode, samples: readonly Sample[], seed: number): Promise<void> {
    const random = seededRandom(seed);
    const tlsRoots = network.files.read(network.files.paths(to.organization).tlsAuthority);
    const client = new Client(`localhost:${to.port}`, credentials.createSsl(Buffer.from(tlsRoots)));
    try {
      for (const { method, content, message } of samples)
        for (let sent = 0; sent < MUTATIONS; sent += AT_ONCE) {
          const mutated = Array.from({ length: AT_ONCE }, (_, index) =>
            index % 2 === 0 ? message(mutate(content, random)) : mutate(message(content), random),
          );
          const ends = await Promise.all(mutated.map((bytes) => send(client, method, bytes)));
          for (const end of ends) expect(end, method.path).not.to.match(/connection|shutting down/i);
        }
    } finally {
      client.close();
    }
  }
});

/** How the call ends; 'OK' when it begins to answer. */
function send(client: Client, method: Sample['method'], message: Uint8Array): Promise<string> {
  const { path, requestSerialize, responseDeserialize } = raw(method);
  const { promise, resolve } = Promise.withResolvers<string>();
  const options = { deadline: Date.now() + PATIENCE_MS };
  const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, options);
  call.on('error', () => undefined);
  call.on('data', () => {
    resolve('OK');
    call.cancel();
  });
  call.on('status', ({ code, details }) => resolve(`${status[code]} ${details}`));
  call.write(Buffer.from(message));
  call.end();
  return promise;
}
