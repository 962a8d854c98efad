/**
 * Requests that a channel's reader has signed.
 */
import { status } from '@grpc/grpc-js';
import { satisfiesThreshold } from '../../genesis/channelPolicies.js';
import { InvalidIdentityError } from '../../identity/msp.js';
import { RpcError } from '../grpc/calls.js';
import type { ServingPeer } from '../ports.js';

export interface SignedRequest {
  readonly channel: string;
  readonly identity: Uint8Array;
  readonly request: Uint8Array;
  readonly signature: Uint8Array;
}

const NOT_SATISFIED =
  "implicit policy evaluation failed - 0 sub-policies were satisfied, but this policy requires 1 of the 'Readers' sub-policies to be satisfied";

/** @throws RpcError with PERMISSION_DENIED */
export function requireReader({ channel, msps }: ServingPeer, signed: SignedRequest): void {
  if (signed.channel !== channel.name) throw denied(`failed to find policy manager for channel ${signed.channel}`);
  try {
    const reader = msps.authenticate(signed.identity, signed.request, signed.signature);
    if (satisfiesThreshold(channel.application.readers, [reader])) return;
  } catch (error) {
    if (!(error instanceof InvalidIdentityError)) throw error;
  }
  throw denied(NOT_SATISFIED);
}

function denied(reason: string): RpcError {
  return new RpcError(status.PERMISSION_DENIED, reason);
}
