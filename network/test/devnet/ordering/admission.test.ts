import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { common } from '@hyperledger/fabric-protos';
import { expect } from 'chai';
import { seekRequest, type Signer } from '../../../src/devnet/deliver/seekRequest.js';
import { RefusedEnvelopeError, admit } from '../../../src/devnet/ordering/admission.js';
import { readChannel, type Channel } from '../../../src/genesis/channel.js';
import { Msps, serializeIdentity } from '../../../src/identity/msp.js';
import { signLowS } from '../../../src/identity/sign.js';
import type { MemberPaths } from '../../../src/certificates/folders.js';
import { TestNetwork } from '../network/testNetwork.js';

const { HeaderType, Status } = common;
type Type = common.HeaderTypeMap[keyof common.HeaderTypeMap];

describe('An ordering node', () => {
  let network: TestNetwork;
  let channel: Channel;
  let nowMs = Date.now();

  before(async () => {
    network = await TestNetwork.create();
    channel = readChannel(readFileSync(join(network.folder, 'genesis.block')));
  });

  after(() => network.destroy());

  beforeEach(() => {
    nowMs = Date.now();
  });

  it("takes what a club's client and what its admin sent, whatever it does", () => {
    for (const user of ['Client', 'Admin'] as const) expect(answer(envelope({ by: signer(user) }))).to.equal('taken');
  });

  it('refuses what does not come from a writer of the channel', () => {
    const notAWriter = `${Status.FORBIDDEN} implicit policy evaluation failed`;
    expect(answer(envelope({ by: peerSigner() }))).to.include(notAWriter);
    expect(answer(envelope({ by: { ...signer('Client'), key: signer('Admin').key } }))).to.include(notAWriter);
    expect(answer(envelope({ by: { ...signer('Client'), identity: Buffer.from('nobody') } }))).to.include(notAWriter);
    nowMs += 11 * 365 * 24 * 3_600_000;
    expect(answer(envelope())).to.equal(`${Status.BAD_REQUEST} broadcast client identity expired`);
  });

  it('refuses what it cannot order, in the words of Fabric', () => {
    const refusals: [Buffer, string][] = [
      [Buffer.from('nothing'), 'could not determine channel ID'],
      [Buffer.alloc(0), 'channel does not exist'],
      [envelope({ channelId: 'elsewhere' }), 'channel does not exist'],
      [envelope({ type: HeaderType.CONFIG }), 'message is of type that cannot be processed directly'],
      [envelope({ type: HeaderType.CONFIG_UPDATE }), 'error applying config update'],
      [envelope({ type: HeaderType.ORDERER_TRANSACTION }), 'message is of type that is no longer supported'],
      [
        envelope({ data: Buffer.alloc(channel.batchSize.absoluteMaxBytes) }),
        `exceeds maximum allowed ${channel.batchSize.absoluteMaxBytes} bytes`,
      ],
    ];
    for (const [bytes, words] of refusals)
      expect(answer(bytes))
        .to.match(new RegExp(`^${Status.BAD_REQUEST} `))
        .and.to.include(words);
  });

  function answer(bytes: Buffer): string {
    try {
      admit(bytes, channel, new Msps(channel.mspDefinitions, () => nowMs));
      return 'taken';
    } catch (error) {
      if (error instanceof RefusedEnvelopeError) return `${error.status} ${error.message}`;
      throw error;
    }
  }

  function signer(user: 'Client' | 'Admin'): Signer {
    return signerWith(network.paths(network.club(0).organization).user(user));
  }

  function peerSigner(): Signer {
    return signerWith(network.paths(network.club(0).organization).node);
  }

  function signerWith({ certificate, privateKey }: MemberPaths): Signer {
    return {
      identity: serializeIdentity(network.club(0).organization.mspId, network.read(certificate)),
      key: createPrivateKey(network.read(privateKey)),
    };
  }

  function envelope(what: { by?: Signer; type?: Type; channelId?: string; data?: Buffer } = {}): Buffer {
    const { by = signer('Client'), type = HeaderType.ENDORSER_TRANSACTION, channelId = channel.name } = what;
    const data = what.data ?? Buffer.from('any');
    const made = common.Envelope.deserializeBinary(seekRequest(channelId, 0, by, new Date()));
    const payload = common.Payload.deserializeBinary(made.getPayload_asU8());
    const header = payload.getHeader() ?? new common.Header();
    const channelHeader = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8());
    channelHeader.setType(type);
    header.setChannelHeader(channelHeader.serializeBinary());
    payload.setHeader(header);
    payload.setData(data);
    made.setPayload(payload.serializeBinary());
    made.setSignature(signLowS(by.key, made.getPayload_asU8()));
    return Buffer.from(made.serializeBinary());
  }
});
