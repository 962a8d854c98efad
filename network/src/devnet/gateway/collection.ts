/**
 * The answers of endorsers to one proposal.
 */
import { status } from '@grpc/grpc-js';
import type { common, peer } from '@hyperledger/fabric-protos';
import { unlessAborted } from '../grpc/calls.js';
import { detailOf, type Endorsement, type EndorsementFailure, type Endorser } from './endorsers.js';
import type { ErrorDetail } from './errors.js';
import { prepareTransaction, type Proposal } from './proposal.js';

/** Each endorser is asked once, and all must answer the same as the first that did. */
export class EndorsementCollection {
  readonly #proposal: peer.SignedProposal;
  readonly #end: AbortSignal;
  readonly #answers = new Map<Endorser, Endorsement>();
  #payload: Uint8Array | undefined;

  /** @param end when the client does not wait any more */
  constructor(proposal: peer.SignedProposal, end: AbortSignal) {
    this.#proposal = proposal;
    this.#end = end;
  }

  /** True when all of them endorse. Nobody is asked if one of them was and does not. */
  async ask(endorsers: readonly Endorser[]): Promise<boolean> {
    if (endorsers.some((endorser) => this.#answers.has(endorser) && !this.responseOf(endorser))) return false;
    const asked = endorsers.filter((endorser) => !this.#answers.has(endorser));
    const answers = Promise.all(asked.map((endorser) => endorser.endorse(this.#proposal, this.#end)));
    for (const [index, answer] of (await unlessAborted(this.#end, answers)).entries()) {
      const endorser = asked[index];
      if (endorser) this.#answers.set(endorser, this.#compared(answer));
    }
    return endorsers.every((endorser) => this.responseOf(endorser));
  }

  responseOf(endorser: Endorser): peer.ProposalResponse | undefined {
    const answer = this.#answers.get(endorser);
    return answer && 'response' in answer ? answer.response : undefined;
  }

  details(): ErrorDetail[] {
    return this.#failures().map(([endorser, failure]) => detailOf(endorser, failure));
  }

  /** Those that did not answer, and whether that is all that failed. */
  unreachable(): { endorsers: Endorser[]; only: boolean } {
    const failures = this.#failures();
    const unreachable = failures.filter(([, { code }]) => code === status.UNAVAILABLE);
    return { endorsers: unreachable.map(([endorser]) => endorser), only: unreachable.length === failures.length };
  }

  transaction(proposal: Proposal, endorsers: readonly Endorser[]): common.Envelope {
    const endorsements = endorsers.map((endorser) => this.responseOf(endorser)?.getEndorsement());
    return prepareTransaction(
      proposal,
      this.#payload ?? new Uint8Array(),
      endorsements.filter((endorsement) => endorsement !== undefined),
    );
  }

  #failures(): [Endorser, EndorsementFailure][] {
    return [...this.#answers].flatMap(([endorser, answer]) => ('response' in answer ? [] : [[endorser, answer]]));
  }

  #compared(answer: Endorsement): Endorsement {
    if (!('response' in answer)) return answer;
    const payload = answer.response.getPayload_asU8();
    this.#payload ??= payload;
    if (Buffer.from(payload).equals(this.#payload)) return answer;
    return { code: status.ABORTED, message: 'ProposalResponsePayloads do not match', retry: false };
  }
}
