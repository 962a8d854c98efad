/**
 * A gRPC server on this machine, with TLS.
 */
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import { RpcError } from './calls.js';
import { MESSAGE_LIMITS } from './endpoint.js';

/** PEM. */
export interface TlsKeys {
  readonly certificate: Buffer;
  readonly privateKey: Buffer;
}

/** A port that another process listens on. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';

  constructor(port: number) {
    super(`port ${port} is taken by another process`);
  }
}

const STOP_GRACE_MS = 2_000;

export class LoopbackServer {
  readonly server = new Server(MESSAGE_LIMITS);
  readonly #stopping = new AbortController();

  /** Aborts when calls must come to their end. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /**
   * Accepts calls from now on.
   * @param port 0 for any
   * @returns the port
   * @throws PortTakenError
   */
  listen(port: number, { certificate, privateKey }: TlsKeys): Promise<number> {
    const credentials = ServerCredentials.createSsl(null, [{ cert_chain: certificate, private_key: privateKey }]);
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.server.bindAsync(`127.0.0.1:${port}`, credentials, (error, bound) => {
      if (!error) resolve(bound);
      else reject(error.message.includes('EADDRINUSE') ? new PortTakenError(port) : error);
    });
    return promise;
  }

  /** Streams and waiting calls end with UNAVAILABLE; who does not take that in time is cut off. */
  async stop(): Promise<void> {
    this.#stopping.abort(new RpcError(status.UNAVAILABLE, 'the server is shutting down'));
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, STOP_GRACE_MS);
    this.server.tryShutdown(() => resolve());
    await promise;
    clearTimeout(timer);
    this.server.forceShutdown();
  }
}
