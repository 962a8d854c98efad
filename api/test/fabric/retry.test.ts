import { expect } from 'chai';
import { LedgerError, type RefusedError } from '../../src/fabric/ledgerError.js';
import { retrying } from '../../src/fabric/retry.js';

type Code = RefusedError['code'];

describe('retrying', () => {
  /** Fails with these codes, then succeeds. */
  const failing = (...codes: Code[]) => {
    const attempts: Code[] = [];
    const attempt = (): Promise<string> => {
      const code = codes[attempts.length];
      attempts.push(code ?? 'ALREADY_DONE');
      return code ? Promise.reject(new LedgerError(code)) : Promise.resolve('done');
    };
    return { attempts, attempt };
  };

  it('tries again after what passes by itself', async () => {
    const { attempts, attempt } = failing('STALE_READ', 'PEERS_DISAGREE', 'ENDORSEMENT_MISMATCH', 'TOO_BUSY');
    expect(await retrying(attempt)).to.equal('done');
    expect(attempts).to.have.length(5);
  });

  it('does not hammer on a refusal, an unknown outcome or a divergence', async () => {
    for (const code of ['LIMIT_REACHED', 'DIVERGED', 'ORDERING_UNAVAILABLE', 'TRANSACTION_INVALID'] as const) {
      const { attempts, attempt } = failing(code);
      const error: unknown = await retrying(attempt).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(LedgerError).with.property('code', code);
      expect(attempts).to.have.length(1);
    }
  });
});
