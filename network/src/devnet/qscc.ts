/**
 * Fabric's system chaincode for questions to a peer's ledger (core/scc/qscc). Its answers are endorsed like any other's, so
 * that several clubs can testify to a transaction.
 */
import { common, peer } from '@hyperledger/fabric-protos';
import { parseBlock } from '../blocks/block.js';
import { headerHash } from '../blocks/header.js';
import { asBuffer } from '../encoding/protobuf.js';
import { satisfiesThreshold } from '../genesis/channelPolicies.js';
import type { Identity } from '../identity/msp.js';
import type { ServingPeer, SystemChaincode } from './ports.js';

type Ledger = Pick<ServingPeer, 'channel' | 'height' | 'storedBlock' | 'transaction'>;
type Query = (argument: Buffer) => Uint8Array;

const SUCCESS = 200;
const ERROR = 500;
const WITHOUT_ARGUMENT = 'GetChainInfo';

export class QueryChaincode implements SystemChaincode {
  readonly #ledger: Ledger;
  readonly #numbersByHash = new Map<string, number>();
  readonly #queries: ReadonlyMap<string, Query>;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
    this.#queries = new Map<string, Query>([
      [WITHOUT_ARGUMENT, () => this.#chainInfo()],
      ['GetBlockByNumber', (number) => this.#blockByNumber(number.toString())],
      ['GetBlockByHash', (hash) => this.#blockByHash(hash)],
      ['GetBlockByTxID', (txId) => this.#blockByTxId(txId.toString())],
      ['GetTransactionByID', (txId) => this.#transactionById(txId.toString())],
    ]);
  }

  invoke(input: peer.ChaincodeInput, creator: Identity): peer.Response {
    const [name, channel, argument] = input.getArgsList_asU8().map(asBuffer);
    try {
      if (!name || !channel) throw new Error(`Incorrect number of arguments, ${input.getArgsList_asU8().length}`);
      return success(this.#query(name.toString(), channel.toString(), argument, creator));
    } catch (error) {
      return failure(error instanceof Error ? error.message : String(error));
    }
  }

  #query(name: string, channelName: string, argument: Buffer | undefined, creator: Identity): Uint8Array {
    const { channel } = this.#ledger;
    if (name !== WITHOUT_ARGUMENT && !argument) throw new Error(`missing 3rd argument for ${name}`);
    if (channelName !== channel.name) throw new Error(`Invalid chain ID, ${channelName}`);
    if (!satisfiesThreshold(channel.application.readers, [creator]))
      throw new Error(
        `access denied for [${name}][${channelName}]: [Failed evaluating policy on signed data during check policy on channel [${channelName}] with policy [/Channel/Application/Readers]: [implicit policy evaluation failed - 0 sub-policies were satisfied, but this policy requires 1 of the 'Readers' sub-policies to be satisfied]]`,
      );
    const query = this.#queries.get(name);
    if (!query) throw new Error(`Requested function ${name} not found.`);
    return query(argument ?? Buffer.alloc(0));
  }

  #chainInfo(): Uint8Array {
    const { height } = this.#ledger;
    const { number, previousHash, dataHash } = parseBlock(this.#stored(height - 1));
    const info = new common.BlockchainInfo();
    info.setHeight(height);
    info.setCurrentblockhash(headerHash(number, previousHash, dataHash));
    info.setPreviousblockhash(previousHash);
    return info.serializeBinary();
  }

  #blockByNumber(text: string): Uint8Array {
    if (!/^\d+$/.test(text))
      throw new Error(
        `Failed to parse block number with error strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
      );
    const number = Number(text);
    if (number >= this.#ledger.height)
      throw new Error(`Failed to get block number ${text}, error no such block number [${text}] in index`);
    return this.#stored(number);
  }

  #blockByHash(hash: Buffer): Uint8Array {
    for (let number = this.#numbersByHash.size; number < this.#ledger.height; number++) {
      const { previousHash, dataHash } = parseBlock(this.#stored(number));
      this.#numbersByHash.set(headerHash(number, previousHash, dataHash).toString('hex'), number);
    }
    const number = this.#numbersByHash.get(hash.toString('hex'));
    if (number === undefined)
      throw new Error(
        `Failed to get block hash ${hash.toString()}, error no such block hash [${hash.toString('hex')}] in index`,
      );
    return this.#stored(number);
  }

  #blockByTxId(txId: string): Uint8Array {
    const transaction = this.#ledger.transaction(txId);
    if (!transaction)
      throw new Error(`Failed to get block for txID ${txId}, error no such transaction ID [${txId}] in index`);
    return this.#stored(transaction.blockNumber);
  }

  #transactionById(txId: string): Uint8Array {
    const transaction = this.#ledger.transaction(txId);
    if (!transaction)
      throw new Error(`Failed to get transaction with id ${txId}, error no such transaction ID [${txId}] in index`);
    const { envelopes } = parseBlock(this.#stored(transaction.blockNumber));
    const processed = new peer.ProcessedTransaction();
    processed.setTransactionenvelope(
      common.Envelope.deserializeBinary(envelopes[transaction.txIndex] ?? new Uint8Array()),
    );
    processed.setValidationcode(transaction.code);
    return processed.serializeBinary();
  }

  #stored(number: number): Buffer {
    return this.#ledger.storedBlock(number).bytes;
  }
}

function success(payload: Uint8Array): peer.Response {
  const response = new peer.Response();
  response.setStatus(SUCCESS);
  response.setPayload(payload);
  return response;
}

function failure(message: string): peer.Response {
  const response = new peer.Response();
  response.setStatus(ERROR);
  response.setMessage(message);
  return response;
}
