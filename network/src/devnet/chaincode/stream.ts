/**
 * A chaincode that runs as a service of its own (`protos.Chaincode/Connect`): the peer dials it, the chaincode registers
 * and is then sent transactions, many at a time, over the one stream.
 */
import { peer } from '@hyperledger/fabric-protos';
import { CHANNEL_OPTIONS, tlsCredentials, type Endpoint } from '../grpc/endpoint.js';
import type { ChaincodeCall, ChaincodeHost, ChaincodeResult } from '../ports.js';
import { ChaincodeConnection } from './connection.js';
import type { OpenCall } from './connection.js';
import { resultOf } from './protocol.js';

export interface ChaincodeStreamOptions {
  /** The package id under which the chaincode must register. */
  readonly packageId: string;
  readonly endpoint: Endpoint;
  /** Answers what the chaincode asks during a call. */
  readonly openCall: OpenCall;
  readonly executeTimeoutMs?: number;
  readonly startTimeoutMs?: number;
}

export type ChaincodeState = 'disconnected' | 'connecting' | 'ready';

const EXECUTE_TIMEOUT_MS = 30_000;
const START_TIMEOUT_MS = 10_000;

/** Dials at the first call, and again at the first call after the stream has ended. */
export class ChaincodeStream implements ChaincodeHost {
  readonly #options: ChaincodeStreamOptions;
  #connection: ChaincodeConnection | undefined;
  #connecting: Promise<ChaincodeConnection> | undefined;
  #closed = false;

  constructor(options: ChaincodeStreamOptions) {
    this.#options = options;
  }

  get state(): ChaincodeState {
    if (this.#connection?.isAlive === true) return 'ready';
    return this.#connecting ? 'connecting' : 'disconnected';
  }

  /** @throws Error in the words of Fabric's chaincode support */
  async execute(call: ChaincodeCall): Promise<ChaincodeResult> {
    return resultOf(call, await this.#run(call));
  }

  close(): void {
    this.#closed = true;
    this.#connection?.close();
  }

  async #run(call: ChaincodeCall): Promise<peer.ChaincodeMessage> {
    try {
      const connection = await this.#connected();
      return await connection.run(call, this.#options.executeTimeoutMs ?? EXECUTE_TIMEOUT_MS);
    } catch (error) {
      throw new Error(`failed to execute transaction ${call.txId}: ${messageOf(error)}`, { cause: error });
    }
  }

  async #connected(): Promise<ChaincodeConnection> {
    if (this.#connection?.isAlive === true) return this.#connection;
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined;
    });
    this.#connection = await this.#connecting;
    return this.#connection;
  }

  /** A new client each time: one that has failed waits before it dials again. */
  async #connect(): Promise<ChaincodeConnection> {
    const { packageId, endpoint, openCall, startTimeoutMs = START_TIMEOUT_MS } = this.#options;
    if (this.#closed) throw new Error(`could not launch chaincode ${packageId}: peer is shutting down`);
    const client = new peer.ChaincodeClient(endpoint.address, tlsCredentials(endpoint), {
      ...CHANNEL_OPTIONS,
      'grpc.max_receive_message_length': -1,
      'grpc.max_send_message_length': -1,
      'grpc.use_local_subchannel_pool': 1,
    });
    const connection = new ChaincodeConnection(client, openCall);
    try {
      await connection.register(packageId, startTimeoutMs);
    } catch (error) {
      connection.close();
      throw new Error(`could not launch chaincode ${packageId}: ${messageOf(error)}`, { cause: error });
    }
    if (this.#closed) connection.close();
    return connection;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
