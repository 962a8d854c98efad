import '../../src/encoding/boundedDecoder.js';
import { common, peer } from '@hyperledger/fabric-protos';
import { expect } from 'chai';

describe('Generated messages', () => {
  const hostile = {
    'an inner message that claims to be longer': ['12ffffffff07', '1affffff7f', '12ffffff7f0affffff7f'],
    'a text that claims to be longer': ['2297d6e104', '0affffff7f', '22ffffffff0f'],
    'a text that is not UTF-8': ['0a02c328', '1201ff'],
  };

  for (const [what, samples] of Object.entries(hostile))
    it(`refuse ${what} at once`, () => {
      for (const hex of samples) {
        const startedAtMs = performance.now();
        expect(() => decodeAll(Buffer.from(hex, 'hex')), hex).to.throw();
        expect(performance.now() - startedAtMs, hex).to.be.lessThan(200);
      }
    });

  it('read what is well-formed as before', () => {
    const id = new peer.ChaincodeID();
    id.setName('Zoë 🂡');
    const spec = new peer.ChaincodeSpec();
    spec.setChaincodeId(id);
    const invocation = new peer.ChaincodeInvocationSpec();
    invocation.setChaincodeSpec(spec);
    const decoded = peer.ChaincodeInvocationSpec.deserializeBinary(invocation.serializeBinary());
    expect(decoded.getChaincodeSpec()?.getChaincodeId()?.getName()).to.equal('Zoë 🂡');
  });
});

/** All must refuse it. */
function decodeAll(bytes: Buffer): void {
  const decoders = [common.SignaturePolicyEnvelope, peer.ChaincodeInput, peer.ChaincodeID];
  const failures = decoders.map((decoder) => {
    try {
      decoder.deserializeBinary(bytes);
      return undefined;
    } catch (error) {
      return error;
    }
  });
  const failure = failures.find((one) => one !== undefined);
  if (failure !== undefined) throw failure;
}
