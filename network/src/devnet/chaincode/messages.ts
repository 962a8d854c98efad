/**
 * What a chaincode asks of its peer during a call, answered over the call's simulator (core/chaincode/handler.go).
 * Shared by all that carry such messages, so that the checks are the same for each.
 */
import { ledger, peer } from '@hyperledger/fabric-protos';
import { MalformedMessageError, Message } from '../../encoding/protobuf.js';
import type { ChaincodeCall, CollectionDefinition } from '../ports.js';
import type { Scan } from '../simulation/scans.js';
import { typeName } from './protocol.js';
import { OpenQueries, PAGE_LIMIT } from './queries.js';

type Handler = (request: Message) => Uint8Array | Promise<Uint8Array>;

const { Type } = peer.ChaincodeMessage;
const NOTHING = new Uint8Array();

/** Answers the requests of one call, one at a time. */
export class CallMessages {
  readonly #call: ChaincodeCall;
  readonly #queries = new OpenQueries();
  readonly #handlers: ReadonlyMap<number, Handler>;

  constructor(call: ChaincodeCall) {
    this.#call = call;
    this.#handlers = new Map<number, Handler>([
      [Type.GET_STATE, (request) => this.#getState(request)],
      [Type.PUT_STATE, (request) => this.#putState(request)],
      [Type.DEL_STATE, (request) => this.#deleteState(request)],
      [Type.PURGE_PRIVATE_DATA, (request) => this.#purgePrivateData(request)],
      [Type.GET_PRIVATE_DATA_HASH, (request) => this.#getPrivateDataHash(request)],
      [Type.GET_STATE_METADATA, (request) => this.#getStateMetadata(request)],
      [Type.PUT_STATE_METADATA, (request) => this.#putStateMetadata(request)],
      [Type.GET_STATE_BY_RANGE, (request) => this.#getStateByRange(request)],
      [Type.GET_QUERY_RESULT, (request) => this.#getQueryResult(request)],
      [Type.GET_HISTORY_FOR_KEY, (request) => this.#getHistoryForKey(request)],
      [Type.QUERY_STATE_NEXT, (request) => this.#queries.next(request.text(1))],
      [Type.QUERY_STATE_CLOSE, (request) => this.#queries.close(request.text(1))],
      [Type.INVOKE_CHAINCODE, (request) => this.#invokeChaincode(request)],
    ]);
  }

  /** The payload of the response. @throws Error with Fabric's words for the chaincode */
  async handle(message: peer.ChaincodeMessage): Promise<Uint8Array> {
    const type = message.getType();
    const handler = this.#handlers.get(type);
    if (!handler) throw new Error(`Fabric side handler cannot handle message (${typeName(type)}) while in ready state`);
    try {
      return await handler(new Message(message.getPayload_asU8()));
    } catch (error) {
      if (error instanceof MalformedMessageError)
        throw new Error(`unmarshal failed: ${error.message}`, { cause: error });
      throw error;
    }
  }

  /** Ends what is still open, when the call is over. */
  close(): void {
    this.#queries.closeAll();
  }

  #getState(request: Message): Uint8Array {
    const { simulator, namespace } = this.#call;
    const [key, collection] = [request.text(1), request.text(2)];
    if (collection === '') return simulator.getState(namespace, key) ?? NOTHING;
    this.#requireRead(collection);
    return simulator.getPrivateData(namespace, collection, key) ?? NOTHING;
  }

  #putState(request: Message): Uint8Array {
    const { simulator, namespace } = this.#call;
    const [key, value, collection] = [request.text(1), request.bytes(2), request.text(3)];
    if (collection === '') {
      simulator.putState(namespace, key, value);
    } else {
      this.#requireWrite(collection);
      simulator.putPrivateData(namespace, collection, key, value);
    }
    return NOTHING;
  }

  #deleteState(request: Message): Uint8Array {
    const { simulator, namespace } = this.#call;
    const [key, collection] = [request.text(1), request.text(2)];
    if (collection === '') {
      simulator.deleteState(namespace, key);
    } else {
      this.#requireWrite(collection);
      simulator.deletePrivateData(namespace, collection, key);
    }
    return NOTHING;
  }

  #purgePrivateData(request: Message): Uint8Array {
    const { simulator, namespace } = this.#call;
    const [key, collection] = [request.text(1), request.text(2)];
    if (collection === '') throw new Error('only applicable for private data');
    this.#requireWrite(collection);
    simulator.purgePrivateData(namespace, collection, key);
    return NOTHING;
  }

  /** Anyone may read it on any peer. */
  #getPrivateDataHash(request: Message): Uint8Array {
    const { simulator, namespace } = this.#call;
    return simulator.getPrivateDataHash(namespace, request.text(2), request.text(1)) ?? NOTHING;
  }

  #getStateMetadata(request: Message): Uint8Array {
    const { simulator, namespace } = this.#call;
    const [key, collection] = [request.text(1), request.text(2)];
    if (collection !== '') this.#requireRead(collection);
    const metadata =
      collection === ''
        ? simulator.getStateMetadata(namespace, key)
        : simulator.getPrivateDataMetadata(namespace, collection, key);
    const result = new peer.StateMetadataResult();
    for (const [name, value] of metadata) {
      const entry = new peer.StateMetadata();
      entry.setMetakey(name);
      entry.setValue(value);
      result.addEntries(entry);
    }
    return result.serializeBinary();
  }

  #putStateMetadata(request: Message): Uint8Array {
    const { simulator, namespace } = this.#call;
    const [key, collection, metadata] = [request.text(1), request.text(3), request.message(4)];
    const [name, value] = [metadata.text(1), metadata.bytes(2)];
    if (collection === '') {
      simulator.putStateMetadata(namespace, key, name, value);
    } else {
      this.#requireWrite(collection);
      simulator.putPrivateDataMetadata(namespace, collection, key, name, value);
    }
    return NOTHING;
  }

  #getStateByRange(request: Message): Uint8Array {
    const { simulator, namespace } = this.#call;
    const [startKey, endKey, collection] = [request.text(1), request.text(2), request.text(3)];
    const paging = new Message(request.bytes(4));
    const [pageSize, bookmark] = [paging.integer(1), paging.text(2)];
    const limit = pageSize > 0 ? Math.min(pageSize, PAGE_LIMIT) : PAGE_LIMIT;
    if (collection !== '') {
      this.#requireRead(collection);
      const scan = simulator.privateRange(namespace, collection, startKey, endKey);
      return this.#queries.open(serialized(namespace, scan), { limit, isPaginated: false });
    }
    if (pageSize === 0 && bookmark === '')
      return this.#queries.open(serialized(namespace, simulator.range(namespace, startKey, endKey)), {
        limit,
        isPaginated: false,
      });
    const scan = simulator.page(namespace, bookmark === '' ? startKey : bookmark, endKey, pageSize);
    return this.#queries.open(serialized(namespace, scan), { limit, isPaginated: true });
  }

  /** As a peer whose state database is LevelDB. */
  #getQueryResult(request: Message): never {
    const collection = request.text(2);
    const paging = new Message(request.bytes(3));
    if (collection !== '') {
      this.#requireRead(collection);
      this.#call.simulator.requireBeforeWrites();
    } else if (paging.integer(1) !== 0 || paging.text(2) !== '') {
      throw new Error('ExecuteQueryWithMetadata not supported for leveldb');
    }
    throw new Error('ExecuteQuery not supported for leveldb');
  }

  #getHistoryForKey(request: Message): Uint8Array {
    const { simulator, namespace } = this.#call;
    const scan = simulator.history(namespace, request.text(1));
    const results: Scan<Uint8Array> = { next: () => scan.next()?.serializeBinary(), bookmark: () => '' };
    return this.#queries.open(results, { limit: PAGE_LIMIT, isPaginated: false });
  }

  async #invokeChaincode(request: Message): Promise<Uint8Array> {
    const target = request.message(2).text(2);
    const input = peer.ChaincodeInput.deserializeBinary(request.bytes(3));
    const { response } = await this.#call.invokeChaincode(target, input);
    const completed = new peer.ChaincodeMessage();
    completed.setType(Type.COMPLETED);
    completed.setTxid(this.#call.txId);
    completed.setChannelId(this.#call.channel);
    completed.setPayload(response.serializeBinary());
    return completed.serializeBinary();
  }

  #requireRead(collection: string): void {
    const { memberOnlyRead, memberMspIds } = this.#collection(collection);
    if (memberOnlyRead && !memberMspIds.includes(this.#call.creatorMspId)) throw this.#accessError('read', collection);
  }

  #requireWrite(collection: string): void {
    const { memberOnlyWrite, memberMspIds } = this.#collection(collection);
    if (memberOnlyWrite && !memberMspIds.includes(this.#call.creatorMspId))
      throw this.#accessError('write', collection);
  }

  #collection(name: string): CollectionDefinition {
    const { simulator, channel, namespace } = this.#call;
    const collection = simulator.definitions.collection(namespace, name);
    if (!collection) throw new Error(`collection ${channel}/${namespace}/${name} could not be found`);
    return collection;
  }

  #accessError(kind: 'read' | 'write', collection: string): Error {
    return new Error(
      `tx creator does not have ${kind} access permission on privatedata in chaincodeName:${this.#call.namespace} collectionName: ${collection}`,
    );
  }
}

export function openCall(call: ChaincodeCall): CallMessages {
  return new CallMessages(call);
}

function serialized(namespace: string, scan: Scan<{ key: string; value: Buffer }>): Scan<Uint8Array> {
  return {
    next: () => {
      const found = scan.next();
      if (!found) return undefined;
      const result = new ledger.queryresult.KV();
      result.setNamespace(namespace);
      result.setKey(found.key);
      result.setValue(found.value);
      return result.serializeBinary();
    },
    bookmark: () => scan.bookmark(),
  };
}
