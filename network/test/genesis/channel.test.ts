import { common, msp } from '@hyperledger/fabric-protos';
import { expect } from 'chai';
import { readChannel } from '../../src/genesis/channel.js';
import { explicitPolicy, implicitPolicy } from '../../src/genesis/configGroup.js';
import { durationMs } from '../../src/genesis/duration.js';
import { UnsupportedConfigurationError } from '../../src/genesis/mspConfig.js';
import { realBlock } from '../fixtures.js';

/** The real genesis block after a change of its configuration. */
function changed(change: (root: common.ConfigGroup) => void): Uint8Array {
  const block = common.Block.deserializeBinary(realBlock('000-genesis-config'));
  const [bytes = new Uint8Array()] = block.getData()?.getDataList_asU8() ?? [];
  const envelope = common.Envelope.deserializeBinary(bytes);
  const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
  const config = common.ConfigEnvelope.deserializeBinary(payload.getData_asU8());
  const root = config.getConfig()?.getChannelGroup();
  if (!root) throw new Error('no configuration');
  change(root);
  payload.setData(config.serializeBinary());
  envelope.setPayload(payload.serializeBinary());
  block.getData()?.setDataList([envelope.serializeBinary()]);
  return block.serializeBinary();
}

function inside(root: common.ConfigGroup, ...path: string[]): common.ConfigGroup {
  return path.reduce((group, name) => {
    const found = group.getGroupsMap().get(name);
    if (!found) throw new Error(`no group ${name}`);
    return found;
  }, root);
}

function changedMsp(change: (config: msp.FabricMSPConfig) => void): Uint8Array {
  return changed((root) => {
    const value = inside(root, 'Application', 'ClubAMSP').getValuesMap().get('MSP');
    const outer = msp.MSPConfig.deserializeBinary(value?.getValue_asU8() ?? new Uint8Array());
    const fabric = msp.FabricMSPConfig.deserializeBinary(outer.getConfig_asU8());
    change(fabric);
    outer.setConfig(fabric.serializeBinary());
    value?.setValue(outer.serializeBinary());
  });
}

describe("A channel's configuration", () => {
  it('of real Fabric is read', () => {
    const channel = readChannel(realBlock('000-genesis-config'));
    expect(channel.applicationMspIds).to.deep.equal(['ClubAMSP', 'ClubBMSP', 'ClubCMSP']);
    expect(channel.consensus).to.equal('BFT');
    expect(channel.mspDefinitions).to.have.length(7);
    expect(channel.consenters.map(({ id, mspId }) => `${id} ${mspId}`)).to.deep.equal([
      '1 ClubAOrdMSP',
      '2 ClubBOrdMSP',
      '3 ClubCOrdMSP',
      '4 OfficeOrdMSP',
    ]);
  });

  it('is read again from a block that changed it', () => {
    const channel = readChannel(realBlock('284-config-update-adds-ClubD'));
    expect(channel.sequence).to.equal(1);
    expect(channel.applicationMspIds).to.deep.equal(['ClubAMSP', 'ClubBMSP', 'ClubCMSP', 'ClubDMSP']);
  });

  it('is not in other blocks', () => {
    expect(() => readChannel(realBlock('143-valid-explicit-own-collections'))).to.throw('not a configuration block');
    expect(() => readChannel(realBlock('086-valid-and-mvcc'))).to.throw('not a configuration block');
  });

  it('without a part that belongs to it is refused', () => {
    const without = (name: string): Uint8Array =>
      changed((root) => {
        root.getGroupsMap().del(name);
      });
    expect(() => readChannel(without('Application'))).to.throw('missing Application configuration group');
    const noBatch = changed((root) => {
      inside(root, 'Orderer').getValuesMap().del('BatchSize');
    });
    expect(() => readChannel(noBatch)).to.throw('missing value BatchSize');
  });

  const refused = (block: Uint8Array, reason: string): void => {
    expect(() => readChannel(block)).to.throw(UnsupportedConfigurationError, reason);
  };

  it('with another endorsement policy than the majority is refused', () => {
    const policy = (group: common.ConfigGroup, name: string, value: common.Policy): void => {
      group.getPoliciesMap().get(name)?.setPolicy(value);
    };
    for (const rule of ['ANY Endorsement', 'ALL Endorsement', 'MAJORITY Readers'])
      refused(
        changed((root) => policy(inside(root, 'Application'), 'Endorsement', implicitPolicy(rule))),
        'must be MAJORITY Endorsement',
      );
    const lax = changed((root) => {
      policy(inside(root, 'Application', 'ClubBMSP'), 'Endorsement', explicitPolicy("OR('ClubBMSP.member')"));
    });
    refused(lax, 'with one peer of each organization');
    const nested = changed((root) => {
      policy(inside(root, 'Application', 'ClubBMSP'), 'Endorsement', implicitPolicy('ANY Endorsement'));
    });
    refused(nested, 'of a type that is not supported');
  });

  it('with MSPs that would be judged otherwise than by Fabric is refused', () => {
    refused(
      changedMsp((config) => config.setRevocationListList([Buffer.from('list')])),
      'revocation lists are not supported, MSP: [ClubAMSP]',
    );
    refused(
      changedMsp((config) => config.getFabricNodeOus()?.setEnable(false)),
      'NodeOUs must be enabled',
    );
    refused(
      changedMsp((config) => config.setFabricNodeOus(undefined)),
      'NodeOUs must be enabled',
    );
    refused(
      changedMsp((config) => config.setOrganizationalUnitIdentifiersList([new msp.FabricOUIdentifier()])),
      'organizational unit identifiers are not supported',
    );
    const idemix = changed((root) => {
      const config = new msp.MSPConfig();
      config.setType(1);
      inside(root, 'Application', 'ClubAMSP').getValuesMap().get('MSP')?.setValue(config.serializeBinary());
    });
    refused(idemix, 'unknown MSP type 1');
  });
});

describe("Go's durations", () => {
  for (const [text, expected] of [
    ['200ms', 200],
    ['2s', 2_000],
    ['1m30s', 90_000],
    ['1.5h', 5_400_000],
    ['1s500ms', 1_500],
    ['250us', 0.25],
  ] as const)
    it(`${text} is ${expected} ms`, () => expect(durationMs(text)).to.equal(expected));

  for (const text of ['', '5', 's', '-1s', '1s ', '1 s', '1d'])
    it(`'${text}' is none`, () => expect(() => durationMs(text)).to.throw('is no duration'));
});
