/**
 * One stream to a running chaincode, from its registration to its end.
 */
import { status, type ClientDuplexStream, type ServiceError } from '@grpc/grpc-js';
import { peer } from '@hyperledger/fabric-protos';
import type { ChaincodeCall } from '../ports.js';
import { answerTo, contextOf, newMessage, transactionMessage } from './protocol.js';

/** Answers the requests of one call, one at a time. */
export interface CallHandler {
  /** The payload of the response. @throws Error with Fabric's words for the chaincode */
  handle(message: peer.ChaincodeMessage): Promise<Uint8Array>;
  /** Ends what is still open, when the call is over. */
  close(): void;
}

export type OpenCall = (call: ChaincodeCall) => CallHandler;

interface RunningCall {
  readonly handler: CallHandler;
  readonly complete: (message: peer.ChaincodeMessage) => void;
  readonly fail: (error: Error) => void;
  isAnswering: boolean;
}

const { Type } = peer.ChaincodeMessage;

/** KEEPALIVE is never sent: Node's shim 2.5.8 ends its process when it gets one. */
export class ChaincodeConnection {
  readonly #client: peer.ChaincodeClient;
  readonly #stream: ClientDuplexStream<peer.ChaincodeMessage, peer.ChaincodeMessage>;
  readonly #openCall: OpenCall;
  readonly #running = new Map<string, RunningCall>();
  #registration: { packageId: string; resolve: () => void; reject: (error: Error) => void } | undefined;
  #isReady = false;
  #hasEnded = false;

  constructor(client: peer.ChaincodeClient, openCall: OpenCall) {
    this.#client = client;
    this.#openCall = openCall;
    this.#stream = client.connect();
    this.#stream.on('data', (message: peer.ChaincodeMessage) => this.#receive(message));
    this.#stream.on('error', (error: ServiceError) => this.#end(error));
    this.#stream.on('end', () => this.#end());
  }

  get isAlive(): boolean {
    return this.#isReady;
  }

  /** Waits until the chaincode has registered under this id and was told that it may begin. */
  async register(packageId: string, timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#registration = { packageId, resolve, reject };
        const expired = new Error(`timeout expired while starting chaincode ${packageId} for transaction`);
        timer = setTimeout(() => reject(expired), timeoutMs);
      });
    } finally {
      clearTimeout(timer);
      this.#registration = undefined;
    }
  }

  /** What the chaincode ended the transaction with. @throws Error when it did not */
  async run(call: ChaincodeCall, timeoutMs: number): Promise<peer.ChaincodeMessage> {
    const key = contextOf(call.channel, call.txId);
    if (!this.#isReady) throw new Error('error sending: chaincode stream terminated');
    if (this.#running.has(key)) throw new Error(`error sending: txid: ${call.txId}(${call.channel}) exists`);
    const handler = this.#openCall(call);
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<peer.ChaincodeMessage>((complete, fail) => {
        this.#running.set(key, { handler, complete, fail, isAnswering: false });
        const expired = new Error('error sending: timeout expired while executing transaction');
        timer = setTimeout(() => fail(expired), timeoutMs);
        this.#send(transactionMessage(call));
      });
    } finally {
      clearTimeout(timer);
      this.#running.delete(key);
      handler.close();
    }
  }

  close(): void {
    this.#end();
  }

  #receive(message: peer.ChaincodeMessage): void {
    const type = message.getType();
    if (type === Type.KEEPALIVE) return;
    if (type === Type.REGISTER) this.#register(message);
    else if (type === Type.COMPLETED || type === Type.ERROR)
      this.#running.get(contextOf(message.getChannelId(), message.getTxid()))?.complete(message);
    else void this.#answer(message);
  }

  #register(message: peer.ChaincodeMessage): void {
    if (!this.#registration || this.#isReady) return this.#end();
    const { packageId, resolve, reject } = this.#registration;
    const name = registeredName(message);
    if (name !== packageId)
      return reject(new Error(`peer will not accept external chaincode connection ${name} (except in dev mode)`));
    this.#send(newMessage(Type.REGISTERED));
    this.#send(newMessage(Type.READY));
    this.#isReady = true;
    resolve();
  }

  /** A second request of a transaction whose first is not answered yet is dropped, as Fabric does. */
  async #answer(message: peer.ChaincodeMessage): Promise<void> {
    const running = this.#running.get(contextOf(message.getChannelId(), message.getTxid()));
    if (running?.isAnswering === true) return;
    if (running) running.isAnswering = true;
    const answer = await answerTo(message, async () => {
      if (!running) throw new Error('no ledger context');
      return running.handler.handle(message);
    });
    if (running) running.isAnswering = false;
    this.#send(answer);
  }

  #send(message: peer.ChaincodeMessage): void {
    if (this.#stream.writable) this.#stream.write(message);
  }

  #end(cause?: ServiceError): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#isReady = false;
    this.#registration?.reject(registrationFailure(this.#registration.packageId, cause));
    for (const { fail } of this.#running.values()) fail(new Error('error sending: chaincode stream terminated'));
    this.#stream.cancel();
    this.#client.close();
  }
}

function registrationFailure(packageId: string, cause: ServiceError | undefined): Error {
  if (cause?.code === status.UNAVAILABLE)
    return new Error(`connection to ${packageId} failed: error cannot create connection: ${cause.details}`, { cause });
  return new Error(`chaincode registration failed: connection to ${packageId} terminated`, { cause });
}

function registeredName(message: peer.ChaincodeMessage): string {
  try {
    return peer.ChaincodeID.deserializeBinary(message.getPayload_asU8()).getName();
  } catch {
    return '';
  }
}
