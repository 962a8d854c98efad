/**
 * Server sides of gRPC calls: ends, cancellations, and streams that wait for their reader.
 */
import type { EventEmitter } from 'node:events';
import type { Writable } from 'node:stream';
import { Metadata, status, type MethodDefinition, type ServerDuplexStream } from '@grpc/grpc-js';

/** What a client is told instead of an answer. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: status;
  readonly details: string;
  readonly metadata: Metadata;

  constructor(code: status, details: string, metadata = new Metadata()) {
    super(details);
    this.code = code;
    this.details = details;
    this.metadata = metadata;
  }
}

const CANCELLED = new RpcError(status.CANCELLED, 'context canceled');

/** What the kinds of calls have in common. */
type Call = EventEmitter & { cancelled: boolean };

/** Aborts when the client goes away, or the server stops. */
export function endOf(call: Call, stopping: AbortSignal): AbortSignal {
  const gone = new AbortController();
  const cancel = (): void => gone.abort(CANCELLED);
  if (call.cancelled) cancel();
  call.once('cancelled', cancel);
  return AbortSignal.any([gone.signal, stopping]);
}

/**
 * Resolves when the message is on its way, so that a stream never holds more than one for a slow reader.
 * @throws the signal's reason
 */
export async function send(call: Writable, message: Buffer, end: AbortSignal): Promise<void> {
  await unlessAborted(
    end,
    new Promise<void>((resolve, reject) => {
      call.write(message, (error) => (error ? reject(error) : resolve()));
    }),
  );
}

/** @throws the signal's reason when it aborts first */
export async function unlessAborted<Value>(signal: AbortSignal, promise: Promise<Value>): Promise<Value> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener('abort', abort);
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

type Stream = ServerDuplexStream<Buffer, Buffer>;

/**
 * Takes a stream's requests one after the other; the next is not looked at before the one before is served. The stream
 * ends when the client has no more, when one was the last by what `serve` says, or with the error it throws.
 * @param serve resolves to false after the last request
 */
export function serveRequests(
  call: Stream,
  stopping: AbortSignal,
  serve: (request: Buffer, end: AbortSignal) => Promise<boolean>,
): void {
  const end = endOf(call, stopping);
  const stop = (): void => fail(call, end.reason);
  end.addEventListener('abort', stop, { once: true });
  const finish = (): void => {
    end.removeEventListener('abort', stop);
    call.end();
  };
  let isOver = false;
  let served = Promise.resolve();
  const take = async (request: Buffer): Promise<void> => {
    try {
      if (!isOver) isOver = !(await serve(request, end));
      if (isOver) finish();
    } catch (error) {
      isOver = true;
      fail(call, error);
    }
    call.resume();
  };
  call.on('data', (request: Buffer) => {
    call.pause();
    served = served.then(() => take(request));
  });
  call.on('end', () => void served.then(finish));
}

/** Ends a stream with an error; nobody is there to hear of a cancelled one's. */
export function fail(call: Call, error: unknown): void {
  if (!call.cancelled) call.emit('error', toRpcError(error));
}

export function toRpcError(error: unknown): RpcError {
  if (error instanceof RpcError) return error;
  return new RpcError(status.UNKNOWN, error instanceof Error ? error.message : String(error));
}

type Method = Pick<MethodDefinition<unknown, unknown>, 'path' | 'requestStream' | 'responseStream'>;

/** The method with requests and responses as the bytes that they are on the wire. */
export function raw({ path, requestStream, responseStream }: Method): MethodDefinition<Buffer, Buffer> {
  const same = (bytes: Buffer): Buffer => bytes;
  return {
    path,
    requestStream,
    responseStream,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
}
