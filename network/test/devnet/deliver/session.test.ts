import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, credentials, status, type ClientDuplexStream } from '@grpc/grpc-js';
import { common, orderer, peer } from '@hyperledger/fabric-protos';
import { expect } from 'chai';
import { seekRequest, type Signer } from '../../../src/devnet/deliver/seekRequest.js';
import { serveDeliver } from '../../../src/devnet/deliver/session.js';
import { raw } from '../../../src/devnet/grpc/calls.js';
import { LoopbackServer } from '../../../src/devnet/grpc/server.js';
import { field } from '../../../src/encoding/protobufWriter.js';
import { readChannel } from '../../../src/genesis/channel.js';
import { Msps, serializeIdentity } from '../../../src/identity/msp.js';
import { signLowS } from '../../../src/identity/sign.js';
import { TestNetwork } from '../network/testNetwork.js';

const DELIVER = raw(peer.DeliverService.deliver);
const { Status } = common;
const TEN_YEARS_AND_A_DAY_MS = 3_653 * 24 * 3_600_000;

/** Blocks of a size, as many as are added. */
class Blocks {
  height = 0;
  rendered = 0;
  readonly listeners = new Set<() => void>();
  readonly #bytes: number;

  constructor(height: number, bytes = 10) {
    this.height = height;
    this.#bytes = bytes;
  }

  add(): void {
    this.height++;
    for (const listener of this.listeners) listener();
  }

  onBlock(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  render(number: number): Buffer {
    this.rendered++;
    const header = new common.BlockHeader();
    header.setNumber(number);
    const block = new common.Block();
    block.setHeader(header);
    return field(2, block.serializeBinary(), field(15, Buffer.alloc(this.#bytes)));
  }
}

describe('A stream of Deliver', () => {
  let network: TestNetwork;
  let signer: Signer;
  let blocks: Blocks;
  let nowMs: number;
  let server: LoopbackServer;
  let client: Client;
  let port: number;
  let tlsRoots: Buffer;

  before(async () => {
    network = await TestNetwork.create();
    signer = signerOf('Client');
  });

  after(() => network.destroy());

  beforeEach(async () => {
    nowMs = Date.now();
    blocks = new Blocks(5);
    server = new LoopbackServer();
    const { mspDefinitions } = readChannel(readFileSync(join(network.folder, 'genesis.block')));
    const clock = (): number => nowMs;
    const msps = new Msps(mspDefinitions, clock);
    server.server.addService(
      { deliver: DELIVER },
      {
        deliver: (call: Parameters<typeof serveDeliver>[0]) =>
          serveDeliver(
            call,
            {
              channel: 'clubs',
              msps,
              source: blocks,
              mayRead: ({ role }) => role === 'client',
              clock,
              render: (number) => blocks.render(number),
            },
            server.stopping,
          ),
      },
    );
    const { organization } = network.club(0);
    const { tlsCertificate, tlsPrivateKey, tlsAuthority } = network.paths(organization).node;
    port = await server.listen(0, {
      certificate: readFileSync(tlsCertificate),
      privateKey: readFileSync(tlsPrivateKey),
    });
    tlsRoots = readFileSync(tlsAuthority);
    client = connect();
  });

  afterEach(async () => {
    client.close();
    await server.stop();
  });

  type Position = (position: orderer.SeekPosition) => void;
  const oldest: Position = (position) => position.setOldest(new orderer.SeekOldest());
  const newest: Position = (position) => position.setNewest(new orderer.SeekNewest());
  const nextCommit: Position = (position) => position.setNextCommit(new orderer.SeekNextCommit());
  const at =
    (number: number): Position =>
    (position) => {
      const specified = new orderer.SeekSpecified();
      specified.setNumber(number);
      position.setSpecified(specified);
    };
  const { BLOCK_UNTIL_READY, FAIL_IF_NOT_READY } = orderer.SeekInfo.SeekBehavior;

  const ranges: [string, Position, Position, number[], number][] = [
    ['from oldest to newest', oldest, newest, [0, 1, 2, 3, 4], Status.SUCCESS],
    ['the oldest alone', oldest, oldest, [0], Status.SUCCESS],
    ['the newest alone', newest, newest, [4], Status.SUCCESS],
    ['from one to another', at(1), at(3), [1, 2, 3], Status.SUCCESS],
    ['one block', at(2), at(2), [2], Status.SUCCESS],
    ['what ends before it begins', at(3), at(1), [], Status.BAD_REQUEST],
    ['what lies beyond the next block', at(6), at(9), [], Status.NOT_FOUND],
  ];
  for (const [what, start, stop, numbers, code] of ranges)
    it(`gives ${what}`, async () => {
      expect(await answers(request(start, stop))).to.deep.equal([...numbers, `status ${code}`]);
    });

  it('gives what is there and says that more is not, when asked to', async () => {
    expect(await answers(request(at(3), at(9), FAIL_IF_NOT_READY))).to.deep.equal([3, 4, `status ${Status.NOT_FOUND}`]);
  });

  it('waits for blocks that are not there yet', async () => {
    const answered = answers(request(nextCommit, at(6)));
    await untilListening();
    blocks.add();
    blocks.add();
    expect(await answered).to.deep.equal([5, 6, `status ${Status.SUCCESS}`]);
    expect(blocks.listeners.size).to.equal(0);
  });

  it('takes several requests, one after the other', async () => {
    const call = open();
    call.write(request(at(0), at(1)));
    call.write(request(at(4), at(4)));
    call.end();
    expect(await collect(call)).to.deep.equal([0, 1, 'status 200', 4, 'status 200']);
  });

  it('refuses who may not read, and requests that are forged, late, of another channel or none', async () => {
    const forbidden = [`status ${Status.FORBIDDEN}`];
    expect(await answers(request(oldest, newest, BLOCK_UNTIL_READY, { by: signerOf('Admin') }))).to.deep.equal(
      forbidden,
    );
    expect(
      await answers(request(oldest, newest, BLOCK_UNTIL_READY, { by: { ...signer, key: signerOf('Admin').key } })),
    ).to.deep.equal(forbidden);
    const late = new Date(nowMs - 16 * 60_000);
    expect(await answers(request(oldest, newest, BLOCK_UNTIL_READY, { now: late }))).to.deep.equal([
      `status ${Status.BAD_REQUEST}`,
    ]);
    expect(await answers(request(oldest, newest, BLOCK_UNTIL_READY, { channel: 'elsewhere' }))).to.deep.equal([
      `status ${Status.NOT_FOUND}`,
    ]);
    expect(await answers(Buffer.from('nothing'))).to.deep.equal([`status ${Status.BAD_REQUEST}`]);
    expect(blocks.rendered).to.equal(0);
  });

  it('ends when the reader’s certificate expires', async () => {
    const answered = answers(request(at(4), at(9)));
    await untilListening();
    nowMs += TEN_YEARS_AND_A_DAY_MS;
    blocks.add();
    expect(await answered).to.deep.equal([4, `status ${Status.FORBIDDEN}`]);
  });

  it('ends with UNAVAILABLE when the server stops, and lets go of a reader that goes away', async () => {
    const gone = open();
    gone.on('error', () => undefined);
    gone.write(request(nextCommit, at(9)));
    await untilListening();
    gone.cancel();
    await untilListening(0);
    const interrupted = answers(request(nextCommit, at(9)));
    await untilListening();
    await server.stop();
    expect(await interrupted).to.deep.equal([`error ${status.UNAVAILABLE}`]);
    expect(blocks.listeners.size).to.equal(0);
  });

  it('does not run ahead of a slow reader', async () => {
    blocks = new Blocks(500, 100_000);
    const call = open();
    call.write(request(oldest, newest));
    call.end();
    await new Promise((resolve) => {
      call.once('data', resolve);
    });
    call.pause();
    const other = connect();
    for (let before = -1; before !== blocks.rendered; await answers(Buffer.from('nothing'), other))
      before = blocks.rendered;
    other.close();
    expect(blocks.rendered).to.be.lessThan(50);
    expect(await collect(call)).to.have.length(500);
  });

  async function untilListening(count = 1): Promise<void> {
    while (blocks.listeners.size !== count) await new Promise((resolve) => setImmediate(resolve));
  }

  function signerOf(user: 'Client' | 'Admin'): Signer {
    const { organization } = network.club(0);
    const { certificate, privateKey } = network.paths(organization).user(user);
    const identity = serializeIdentity(organization.mspId, network.read(certificate));
    return { identity, key: createPrivateKey(network.read(privateKey)) };
  }

  function request(
    start: Position,
    stop: Position,
    behavior: orderer.SeekInfo.SeekBehaviorMap[keyof orderer.SeekInfo.SeekBehaviorMap] = BLOCK_UNTIL_READY,
    { by = signer, now = new Date(nowMs), channel = 'clubs' } = {},
  ): Buffer {
    const envelope = common.Envelope.deserializeBinary(seekRequest(channel, 0, by, now));
    const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
    const seek = new orderer.SeekInfo();
    seek.setStart(positioned(start));
    seek.setStop(positioned(stop));
    seek.setBehavior(behavior);
    payload.setData(seek.serializeBinary());
    envelope.setPayload(payload.serializeBinary());
    envelope.setSignature(signLowS(by.key, envelope.getPayload_asU8()));
    return Buffer.from(envelope.serializeBinary());
  }

  /** A connection of its own. */
  function connect(): Client {
    return new Client(`localhost:${port}`, credentials.createSsl(tlsRoots), { 'grpc.use_local_subchannel_pool': 1 });
  }

  function open(through = client): ClientDuplexStream<Buffer, Buffer> {
    return through.makeBidiStreamRequest(DELIVER.path, DELIVER.requestSerialize, DELIVER.responseDeserialize);
  }

  /** Numbers of the blocks and what else is answered, until the stream ends. */
  async function answers(message: Buffer, through = client): Promise<(number | string)[]> {
    const call = open(through);
    call.write(message);
    call.end();
    return collect(call);
  }
});

function positioned(set: (position: orderer.SeekPosition) => void): orderer.SeekPosition {
  const position = new orderer.SeekPosition();
  set(position);
  return position;
}

function collect(call: ClientDuplexStream<Buffer, Buffer>): Promise<(number | string)[]> {
  const answers: (number | string)[] = [];
  const { promise, resolve } = Promise.withResolvers<(number | string)[]>();
  call.on('data', (bytes: Buffer) => {
    const response = peer.DeliverResponse.deserializeBinary(bytes);
    answers.push(response.getBlock()?.getHeader()?.getNumber() ?? `status ${response.getStatus()}`);
  });
  call.on('error', (error) => answers.push(`error ${'code' in error ? String(error.code) : error.message}`));
  call.on('status', () => resolve(answers));
  call.resume();
  return promise;
}
