/**
 * Other processes of the network, as they are dialled.
 */
import '../../encoding/boundedDecoder.js';
import { credentials, type ChannelCredentials, type ChannelOptions } from '@grpc/grpc-js';

export interface Endpoint {
  /** `host:port`; the host stands on the other's certificate. */
  readonly address: string;
  /** PEM of the authority that issued it. */
  readonly tlsRoots: Buffer;
}

/** Blocks and read-write sets are larger than gRPC's default of 4 MB; Fabric's own limit is 100 MB. */
const MAX_MESSAGE_BYTES = 100 * 1024 * 1024;

export const MESSAGE_LIMITS: ChannelOptions = {
  'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
  'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
};

/** A process that was down is dialled again after so long at most. */
const MAX_BACKOFF_MS = 1_000;

export const CHANNEL_OPTIONS: ChannelOptions = {
  ...MESSAGE_LIMITS,
  'grpc.initial_reconnect_backoff_ms': 50,
  'grpc.min_reconnect_backoff_ms': 50,
  'grpc.max_reconnect_backoff_ms': MAX_BACKOFF_MS,
};

export function tlsCredentials({ tlsRoots }: Endpoint): ChannelCredentials {
  return credentials.createSsl(tlsRoots);
}
