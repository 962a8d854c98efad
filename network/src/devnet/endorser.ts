/**
 * Endorsement: a proposal is checked, simulated and signed (core/endorser/endorser.go).
 */
import type { KeyObject } from 'node:crypto';
import { peer } from '@hyperledger/fabric-protos';
import { asBuffer } from '../encoding/protobuf.js';
import { satisfiesThreshold } from '../genesis/channelPolicies.js';
import type { Channel } from '../genesis/channel.js';
import type { Identity, Msps } from '../identity/msp.js';
import { signLowS } from '../identity/sign.js';
import { LIFECYCLE_NAMESPACE, type Definitions } from './definitions.js';
import { chaincodeInterest } from './interest.js';
import type { ChaincodeCall, ChaincodeHost, ChaincodeResult, PeerStorage, SystemChaincode } from './ports.js';
import { authenticate, readProposal, requireTimely, type Proposal } from './proposal.js';
import { Simulator, type HistoryReader } from './simulation/simulator.js';
import type { State } from './state/state.js';

export interface EndorserOptions {
  /** Serialized identity that endorses, and its key. */
  readonly identity: Buffer;
  readonly key: KeyObject;
  readonly channel: Channel;
  readonly msps: Msps;
  readonly definitions: Definitions;
  /** By chaincode name. */
  readonly hosts: ReadonlyMap<string, ChaincodeHost>;
  readonly systemChaincodes: ReadonlyMap<string, SystemChaincode>;
  readonly state: State;
  readonly history: HistoryReader;
  readonly storage: PeerStorage;
  readonly isOnLedger: (txId: string) => boolean;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** What a simulated or system chaincode gave. */
interface Outcome extends ChaincodeResult {
  version: string;
  results: Buffer;
  interest: peer.ChaincodeInterest | undefined;
}

/** From this status on a response is not endorsed, */
const ERROR_THRESHOLD = 400;
/** and from this one on the client gets to see what would have been. */
const ERROR = 500;
const SYSTEM_CHAINCODE_VERSION = 'syscc';
const SYSTEM_CHAINCODES: readonly string[] = [LIFECYCLE_NAMESPACE, 'lscc', 'cscc', 'qscc'];

export class Endorser {
  readonly #options: EndorserOptions;

  constructor(options: EndorserOptions) {
    this.#options = options;
  }

  /**
   * Private values are in the storage before an endorsement is returned. What fails in simulation is a response with
   * status 500.
   * @throws Error with Fabric's words when the proposal itself is refused
   */
  async process(signed: peer.SignedProposal): Promise<peer.ProposalResponse> {
    const { msps, clock, channel } = this.#options;
    const proposal = readProposal(signed);
    requireTimely(proposal, msps, clock());
    if (proposal.channel !== channel.name) return failure(`channel '${proposal.channel}' not found`);
    const creator = this.#admit(proposal);
    try {
      return this.#endorse(proposal, await this.#execute(proposal, signed, creator));
    } catch (error) {
      return failure(messageOf(error));
    }
  }

  #admit(proposal: Proposal): Identity {
    const { msps, channel, isOnLedger } = this.#options;
    const creator = authenticated(proposal, msps);
    if (isOnLedger(proposal.txId))
      throw new Error(`duplicate transaction found [${proposal.txId}]. Creator [${proposal.creator.toString('hex')}]`);
    if (!isSystemChaincode(proposal.chaincode) && !satisfiesThreshold(channel.application.writers, [creator]))
      throw new Error(
        `Failed evaluating policy on signed data during check policy on channel [${channel.name}] with policy [/Channel/Application/Writers]: [implicit policy evaluation failed - 0 sub-policies were satisfied, but this policy requires 1 of the 'Writers' sub-policies to be satisfied]`,
      );
    return creator;
  }

  async #execute(proposal: Proposal, signed: peer.SignedProposal, creator: Identity): Promise<Outcome> {
    const system = this.#options.systemChaincodes.get(proposal.chaincode);
    if (!system) return this.#simulate(proposal, signed, creator);
    const response = system.invoke(proposal.input, creator);
    const results = Buffer.alloc(0);
    return { response, event: undefined, version: SYSTEM_CHAINCODE_VERSION, results, interest: undefined };
  }

  async #simulate(proposal: Proposal, signed: peer.SignedProposal, creator: Identity): Promise<Outcome> {
    const { definitions, state, history, storage } = this.#options;
    const { txId, chaincode, channel, input } = proposal;
    const definition = definitions.chaincode(chaincode);
    if (!definition)
      throw new Error(
        `make sure the chaincode ${chaincode} has been successfully defined on channel ${channel} and try again: chaincode ${chaincode} not found`,
      );
    const simulator = new Simulator({ txId, snapshot: state.snapshot(), definitions, history });
    try {
      const call = { txId, channel, simulator, creatorMspId: creator.mspId, signedProposal: signed };
      const { response, event } = await this.#call(chaincode, input, call, new Set());
      const results = simulator.finish();
      const interest = chaincodeInterest(results, isSystemChaincode);
      if (results.private.length > 0) await storage.putTransient(txId, state.height, results.private);
      return { response, event, version: definition.version, results: results.public, interest };
    } catch (error) {
      throw new Error(`error in simulation: ${messageOf(error)}`, { cause: error });
    } finally {
      simulator.release();
    }
  }

  /** @param running the chaincodes that wait for this one: none can be called again, its stream knows a transaction once */
  async #call(
    name: string,
    input: peer.ChaincodeInput,
    shared: Pick<ChaincodeCall, 'txId' | 'channel' | 'simulator' | 'creatorMspId' | 'signedProposal'>,
    running: ReadonlySet<string>,
  ): Promise<ChaincodeResult> {
    const { simulator, txId, channel } = shared;
    simulator.getState(LIFECYCLE_NAMESPACE, `namespaces/fields/${name}/Sequence`);
    const host = this.#options.hosts.get(name);
    if (!host) throw new Error(`chaincode definition for '${name}' exists, but chaincode is not installed`);
    if (running.has(name)) throw new Error(`error sending: txid: ${txId}(${channel}) exists`);
    return host.execute({
      ...shared,
      namespace: name,
      input,
      invokeChaincode: async (target, targetInput) => {
        const { chaincode, targetChannel } = parseTarget(target, channel);
        if (targetChannel !== channel) throw new Error(`Failed to get policy manager for channel [${targetChannel}]`);
        if (!this.#options.definitions.chaincode(chaincode))
          throw new Error(
            `execute failed: invalid invocation: [channel ${channel}] failed to get chaincode container info for ${chaincode}: chaincode ${chaincode} not found`,
          );
        try {
          return await this.#call(chaincode, targetInput, shared, new Set([...running, name]));
        } catch (error) {
          throw new Error(`execute failed: ${messageOf(error)}`, { cause: error });
        }
      },
    });
  }

  #endorse(
    { chaincode, hash }: Proposal,
    { response, event, version, results, interest }: Outcome,
  ): peer.ProposalResponse {
    const answer = new peer.ProposalResponse();
    answer.setResponse(response);
    const isRefused = response.getStatus() >= ERROR_THRESHOLD;
    if (isRefused && response.getStatus() < ERROR) return answer;
    const action = new peer.ChaincodeAction();
    action.setResults(results);
    if (event && !isRefused) action.setEvents(event.serializeBinary());
    action.setResponse(response);
    action.setChaincodeId(chaincodeId(chaincode, version));
    const payload = new peer.ProposalResponsePayload();
    payload.setProposalHash(hash);
    payload.setExtension$(action.serializeBinary());
    answer.setPayload(payload.serializeBinary());
    if (interest) answer.setInterest(interest);
    if (isRefused) return answer;
    answer.setVersion(1);
    answer.setEndorsement(endorse(asBuffer(answer.getPayload_asU8()), this.#options.identity, this.#options.key));
    return answer;
  }
}

/** A signature over `payload || endorser`. */
export function endorse(payload: Buffer, identity: Buffer, key: KeyObject): peer.Endorsement {
  const endorsement = new peer.Endorsement();
  endorsement.setEndorser(identity);
  endorsement.setSignature(signLowS(key, Buffer.concat([payload, identity])));
  return endorsement;
}

function authenticated(proposal: Proposal, msps: Msps): Identity {
  try {
    return authenticate(proposal, msps);
  } catch (error) {
    throw new Error(`error validating proposal: ${messageOf(error)}`, { cause: error });
  }
}

function isSystemChaincode(name: string): boolean {
  return SYSTEM_CHAINCODES.includes(name);
}

/** `name:version/channel`, where only the name must be. */
function parseTarget(target: string, channel: string): { chaincode: string; targetChannel: string } {
  const [instance = '', targetChannel = ''] = target.split(/\/(.*)/s, 2);
  const [chaincode = ''] = instance.split(':', 1);
  return { chaincode, targetChannel: targetChannel === '' ? channel : targetChannel };
}

function chaincodeId(name: string, version: string): peer.ChaincodeID {
  const id = new peer.ChaincodeID();
  id.setName(name);
  id.setVersion(version);
  return id;
}

function failure(message: string): peer.ProposalResponse {
  const response = new peer.Response();
  response.setStatus(ERROR);
  response.setMessage(message);
  const answer = new peer.ProposalResponse();
  answer.setResponse(response);
  return answer;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
