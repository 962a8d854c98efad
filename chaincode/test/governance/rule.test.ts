import { expect } from 'chai';
import { outcome, ruleOf } from '../../src/governance/rule';

describe('resolutions', () => {
  const votes = (infavour: number, against: number, abstain = 0, eligible = 12) => ({
    eligible,
    for: infavour,
    against,
    abstain,
  });
  const of = (resolution: 'ordinary' | 'special' | 'unanimous') => ruleOf(resolution, false);

  it('ordinary: more than half of the votes cast; a tie is not carried', () => {
    expect(outcome(of('ordinary'), votes(4, 3))).to.equal('carried');
    expect(outcome(of('ordinary'), votes(3, 3))).to.equal('not-carried');
  });

  it('special: at least three quarters of the votes cast', () => {
    expect(outcome(of('special'), votes(9, 3))).to.equal('carried');
    expect(outcome(of('special'), votes(8, 3))).to.equal('not-carried');
  });

  it('unanimous: every eligible vote', () => {
    expect(outcome(of('unanimous'), votes(12, 0))).to.equal('carried');
    expect(outcome(of('unanimous'), votes(11, 0, 1))).to.equal('not-carried');
  });

  it('abstentions count for the quorum and for nothing else', () => {
    expect(outcome(of('ordinary'), votes(1, 0, 5))).to.equal('carried');
    expect(outcome(of('ordinary'), votes(0, 0, 12))).to.equal('not-carried');
    expect(outcome(of('special'), votes(0, 0, 12))).to.equal('not-carried');
  });

  it('without a quorum a proposal lapses, which is not the same as not being carried', () => {
    expect(outcome(of('ordinary'), votes(5, 0))).to.equal('lapsed');
  });
});
