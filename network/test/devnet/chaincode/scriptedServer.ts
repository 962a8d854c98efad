/**
 * A chaincode server that says what a test wants, where the stock one would behave.
 */
import { Server, ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js';
import { peer } from '@hyperledger/fabric-protos';
import { Authority, validityAt } from '../../../src/certificates/authority.js';
import type { Endpoint } from '../../../src/devnet/grpc/endpoint.js';

export type ChaincodeMessage = peer.ChaincodeMessage;
export type ChaincodeSide = ServerDuplexStream<ChaincodeMessage, ChaincodeMessage>;

const { Type } = peer.ChaincodeMessage;
type MessageType = ReturnType<ChaincodeMessage['getType']>;

export class ScriptedChaincode {
  readonly endpoint: Endpoint;
  readonly #server: Server;

  private constructor(server: Server, endpoint: Endpoint) {
    this.#server = server;
    this.endpoint = endpoint;
  }

  /** @param connected called for each stream, which has said nothing yet */
  static async start(connected: (stream: ChaincodeSide) => void): Promise<ScriptedChaincode> {
    const authority = await Authority.create('tlsca.test', 'test', validityAt(new Date()));
    const { certificate, privateKey } = await authority.issueTls('chaincode', ['localhost', '127.0.0.1']);
    const credentials = ServerCredentials.createSsl(null, [
      { cert_chain: Buffer.from(certificate), private_key: Buffer.from(privateKey) },
    ]);
    const server = new Server();
    server.addService(peer.ChaincodeService, { connect: connected });
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
    });
    const tlsRoots = Buffer.from(authority.credentials.certificate);
    return new ScriptedChaincode(server, { address: `localhost:${port}`, tlsRoots });
  }

  stop(): void {
    this.#server.forceShutdown();
  }
}

export function message(type: MessageType, payload: Uint8Array, to?: ChaincodeMessage): ChaincodeMessage {
  const made = new peer.ChaincodeMessage();
  made.setType(type);
  made.setPayload(payload);
  made.setChannelId(to?.getChannelId() ?? '');
  made.setTxid(to?.getTxid() ?? '');
  return made;
}

export function register(packageId: string): ChaincodeMessage {
  const id = new peer.ChaincodeID();
  id.setName(packageId);
  return message(Type.REGISTER, id.serializeBinary());
}

export function completed(transaction: ChaincodeMessage, text: string): ChaincodeMessage {
  const response = new peer.Response();
  response.setStatus(200);
  response.setPayload(Buffer.from(text));
  return message(Type.COMPLETED, response.serializeBinary(), transaction);
}
