import { randomBytes } from 'node:crypto';
import { common } from '@hyperledger/fabric-protos';
import { expect } from 'chai';
import { parseEnvelope } from '@reciprocal-clubs/network/blocks/envelope.js';
import { publicPart } from '@reciprocal-clubs/network/certificates/organization.js';
import type { Signer } from '@reciprocal-clubs/network/devnet/client.js';
import { consortiumOf, keysOf, ORDERING_MSP_ID, signerOf } from '@reciprocal-clubs/network/devnet/inProcess/members.js';
import { Sequencer } from '@reciprocal-clubs/network/devnet/ordering/sequencer.js';
import { asBuffer } from '@reciprocal-clubs/network/encoding/protobuf.js';
import { createGenesisBlock } from '@reciprocal-clubs/network/genesis/genesisBlock.js';
import { signLowS } from '@reciprocal-clubs/network/identity/sign.js';
import { Listening } from '../listening.js';
import { envelopesOf, storedBlock, withCodes } from '../ordered.js';
import { Story } from '../story.js';
import { mspIds, World } from '../world.js';

describe('a change of the channel', () => {
  let world: World;
  let listening: Listening;
  let oldNode: Signer;
  let newNode: Signer;
  /** serialized `common.ConfigEnvelope`: the same clubs, and another ordering node */
  let newConfiguration: Buffer;

  before(async () => {
    world = await World.start();
    await new Story(world).agree();
    oldNode = world.network.signer(ORDERING_MSP_ID, 'Node');
    const consortium = consortiumOf(Object.values(mspIds));
    const other = {
      ...consortium,
      orderingNodes: consortium.orderingNodes.map((node) => ({ ...node, mspId: 'NewMSP', domain: 'new.example' })),
    };
    const keys = await keysOf(other);
    const organizations = [...keys.values()].map(publicPart);
    const block = createGenesisBlock(other, organizations, { consensus: 'devnet', now: new Date(world.nowMs) });
    newConfiguration = parseEnvelope(envelopesOf(block)[0] ?? Buffer.alloc(0)).data;
    const ordering = keys.get('NewMSP');
    if (!ordering) throw new Error('no keys of the new node');
    newNode = signerOf(ordering, 'Node');
  });

  beforeEach(async () => {
    listening = await Listening.to(world);
  });

  afterEach(() => listening.end());

  const configBlock = (data: Buffer): Buffer => {
    const channelHeader = new common.ChannelHeader();
    channelHeader.setType(common.HeaderType.CONFIG);
    channelHeader.setChannelId(world.network.channel);
    const signatureHeader = new common.SignatureHeader();
    signatureHeader.setCreator(oldNode.identity);
    signatureHeader.setNonce(randomBytes(24));
    const header = new common.Header();
    header.setChannelHeader(channelHeader.serializeBinary());
    header.setSignatureHeader(signatureHeader.serializeBinary());
    const payload = new common.Payload();
    payload.setHeader(header);
    payload.setData(data);
    const bytes = payload.serializeBinary();
    const envelope = new common.Envelope();
    envelope.setPayload(bytes);
    envelope.setSignature(signLowS(oldNode.key, bytes));
    return asBuffer(envelope.serializeBinary());
  };
  const ordered = ({ identity, key }: Signer, lastBlock: Buffer, envelopes: readonly Buffer[]): Buffer =>
    withCodes(
      new Sequencer({ identity, key, lastBlock }).nextBlock(envelopes),
      envelopes.map(() => 0),
    );
  const deliver = (...blocks: readonly Buffer[]) => ({
    async *blocks(from: number) {
      for (const bytes of blocks.slice(from)) yield await Promise.resolve({ bytes, privateSets: [] });
      throw new Error('that was all');
    },
  });
  const past = (): Buffer[] => Array.from({ length: world.height }, (_, number) => storedBlock(world, number));
  const last = (): Buffer => storedBlock(world, world.height - 1);

  it('is followed, also by the next process: who orders now is believed, who ordered before is not', async () => {
    const change = ordered(oldNode, last(), [configBlock(newConfiguration)]);
    const byNew = ordered(newNode, change, []);
    const byOld = ordered(oldNode, change, []);
    await listening.followUntil(() => listening.counts.refused > 0, deliver(...past(), change, byOld));
    expect(await listening.height()).to.equal(world.height + 1);
    const refused = listening.log.find(({ alarm }) => alarm === 'REFUSED_BLOCK');
    expect(refused?.['reason']).to.match(/not signed by the ordering service/);

    const next = await listening.another();
    await next.followUntil(() => next.counts.refused > 0, deliver(...past(), change, byOld));
    expect(await next.height()).to.equal(world.height + 1);
    await next.catchUp(world.height + 2, deliver(...past(), change, byNew));
    expect(next.status.state).not.to.equal('halted');
    await next.end();
  });

  it('is not believed when the ordering service did not sign its block', async () => {
    const change = ordered(newNode, last(), [configBlock(newConfiguration)]);
    await listening.followUntil(() => listening.counts.refused > 0, deliver(...past(), change));
    expect(await listening.height()).to.equal(world.height);
  });

  it('is set aside where it cannot be read, and what was before goes on', async () => {
    const change = ordered(oldNode, last(), [configBlock(Buffer.from('garbage'))]);
    const after = ordered(oldNode, change, []);
    const blocks = deliver(...past(), change, after);
    await listening.catchUp(world.height + 1, blocks);
    const next = await listening.another();
    await next.catchUp(world.height + 2, blocks);
    const [row] = await listening.query<{ block: number; reason: string }>(
      'SELECT block, reason FROM projection.quarantine',
    );
    expect(row?.block).to.equal(world.height);
    expect(row?.reason).to.match(/^configuration cannot be followed/);
    expect(listening.alarms()).to.include('QUARANTINED');
    await next.end();
  });
});
