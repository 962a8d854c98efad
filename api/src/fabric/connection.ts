import { createPrivateKey, type KeyObject } from 'node:crypto';
import * as grpc from '@grpc/grpc-js';
import { connect, hash, type Gateway, type Identity, type Signer } from '@hyperledger/fabric-gateway';
import { signLowS } from '@reciprocal-clubs/network/identity/sign.js';

/** A certificate and its key, both PEM. */
export interface Credentials {
  readonly certificate: string;
  readonly privateKey: string;
}

/** Where a club's own peer is and how it is recognised. */
export interface PeerAddress {
  /** `host:port` */
  readonly address: string;
  /** PEM of the authority that signed the peer's TLS certificate */
  readonly tlsRootCertificate: string;
}

/** Deadlines of each step of a transaction, in milliseconds. */
export interface Deadlines {
  readonly evaluateMs: number;
  readonly endorseMs: number;
  readonly submitMs: number;
  /** from the envelope's first sending to its block */
  readonly commitMs: number;
}

export const defaultDeadlines: Deadlines = {
  evaluateMs: 15_000,
  endorseMs: 20_000,
  submitMs: 20_000,
  commitMs: 60_000,
};

// A block may be as large as ordering allows; the default of 4 MB ends the stream.
const unlimited = -1;
/** Peers drop clients that ping more often than once a minute. */
const keepaliveMs = 120_000;

/** The one connection to a club's own peer; every identity of the club speaks over it. */
export class PeerConnection {
  readonly #client: grpc.Client;
  readonly #gateways: Gateway[] = [];

  constructor(
    peer: PeerAddress,
    readonly mspId: string,
    readonly deadlines: Deadlines = defaultDeadlines,
  ) {
    this.#client = new grpc.Client(peer.address, grpc.credentials.createSsl(Buffer.from(peer.tlsRootCertificate)), {
      'grpc.max_receive_message_length': unlimited,
      'grpc.max_send_message_length': unlimited,
      'grpc.keepalive_time_ms': keepaliveMs,
    });
  }

  /** A gateway that signs with these credentials. @throws Error when the key is not a PEM private key */
  as({ certificate, privateKey }: Credentials): Gateway {
    const deadline = (ms: number) => () => ({ deadline: Date.now() + ms });
    const identity: Identity = { mspId: this.mspId, credentials: Buffer.from(certificate) };
    const gateway = connect({
      client: this.#client,
      identity,
      signer: lowSSigner(createPrivateKey(privateKey)),
      // The signer hashes: node:crypto signs ten times faster than the client's own signer, and wants the message.
      hash: hash.none,
      evaluateOptions: deadline(this.deadlines.evaluateMs),
      endorseOptions: deadline(this.deadlines.endorseMs),
      submitOptions: deadline(this.deadlines.submitMs),
    });
    this.#gateways.push(gateway);
    return gateway;
  }

  close(): void {
    for (const gateway of this.#gateways) gateway.close();
    this.#client.close();
  }
}

const lowSSigner =
  (key: KeyObject): Signer =>
  (message) =>
    Promise.resolve(signLowS(key, message));
