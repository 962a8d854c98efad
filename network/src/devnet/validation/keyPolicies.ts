/**
 * Endorsement policies of single keys, as bytes that anyone may have written.
 */
import type { common } from '@hyperledger/fabric-protos';
import { MalformedMessageError, Message } from '../../encoding/protobuf.js';
import { Memo } from '../../identity/memo.js';
import type { Identity } from '../../identity/msp.js';
import { InvalidPolicyError, readPolicy, satisfies } from '../../identity/policy.js';

const REMEMBERED_POLICIES = 1_000;
/** Far beyond any policy that is meant. */
const MAX_DEPTH = 100;

/** A policy that cannot be evaluated is satisfied by nobody. */
export class KeyPolicies {
  readonly #policies = new Memo<common.SignaturePolicyEnvelope | 'unusable'>(REMEMBERED_POLICIES);

  isSatisfied(bytes: Buffer, endorsers: readonly Identity[]): boolean {
    const name = bytes.toString('latin1');
    let policy = this.#policies.get(name);
    if (policy === undefined) this.#policies.set(name, (policy = usablePolicy(bytes)));
    return policy !== 'unusable' && satisfies(policy, endorsers);
  }
}

/** Whether the bytes are a `SignaturePolicyEnvelope` at all, sensible or not. */
export function isPolicyMessage(bytes: Buffer): boolean {
  try {
    const envelope = new Message(bytes);
    if (envelope.has(2)) readRule(envelope.message(2), 0);
    envelope.messages(3);
    return true;
  } catch (error) {
    if (error instanceof MalformedMessageError) return false;
    throw error;
  }
}

function readRule(rule: Message, depth: number): void {
  if (depth > MAX_DEPTH) throw new MalformedMessageError('policy is nested too deeply');
  if (rule.has(2)) for (const inner of rule.message(2).messages(2)) readRule(inner, depth + 1);
}

function usablePolicy(bytes: Buffer): common.SignaturePolicyEnvelope | 'unusable' {
  try {
    return isPolicyMessage(bytes) ? readPolicy(bytes) : 'unusable';
  } catch (error) {
    if (error instanceof InvalidPolicyError) return 'unusable';
    throw error;
  }
}
