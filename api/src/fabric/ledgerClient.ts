import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { Contract, Gateway, ProposalOptions } from '@hyperledger/fabric-gateway';
import { common } from '@hyperledger/fabric-protos';
import { signLowS } from '@reciprocal-clubs/network/identity/sign.js';
import type { Credentials, PeerConnection } from './connection.js';
import { endorsersOf } from './endorsers.js';
import { isAlreadyOrdered, isDefiniteRefusal, proposalError } from './gatewayErrors.js';
import { LedgerError } from './ledgerError.js';
import { envelopeVersion, parsePrepared, sealedPrepare, sealedSubmit } from './sealedEnvelope.js';
import type { Prepared, SealedEnvelope } from './sealedEnvelope.js';

/** A transaction that was endorsed and signed, and is not sent yet. */
export interface Endorsed {
  readonly txId: string;
  /** serialized gateway.PreparedTransaction with its signature: sent again, it is the same envelope */
  readonly envelope: Uint8Array;
  /** MSP ids of the organisations whose peers endorsed it */
  readonly endorsers: readonly string[];
}

/** What the rest of a node asks of the ledger, as one identity. */
export type Ledger = Pick<
  LedgerClient,
  'credentials' | 'endorsePublic' | 'endorseSealed' | 'send' | 'prepare' | 'evaluatePublic' | 'height'
>;

/** Where a channel's contracts are. */
export interface ChannelChaincode {
  readonly channel: string;
  readonly chaincode: string;
}

/**
 * The ledger as one identity of a club writes to it, over the club's own peer: a command is two signatures and two calls, `endorse` and
 * `send`. What came of it is told by the block, which the listener reads; nothing here waits for it.
 */
export class LedgerClient {
  readonly #gateway: Gateway;
  readonly #key: KeyObject;

  constructor(
    private readonly connection: PeerConnection,
    readonly credentials: Credentials,
    private readonly at: ChannelChaincode,
  ) {
    this.#gateway = connection.as(credentials);
    this.#key = createPrivateKey(credentials.privateKey);
  }

  /**
   * A public command, `governance:close` say: a majority endorses. Clubs that must be among them are found by the gateway.
   *
   * @throws RefusedError, LedgerError; nothing was ordered
   */
  async endorsePublic(transaction: string, request?: object): Promise<Endorsed> {
    return this.#endorse(transaction, publicArguments(request));
  }

  /** A sealed command, to exactly the clubs concerned. @throws RefusedError with a code only, LedgerError; nothing was ordered */
  async endorseSealed(envelope: SealedEnvelope, { carry, endorsers }: Prepared): Promise<Endorsed> {
    return this.#endorse(sealedSubmit, {
      arguments: [envelopeVersion],
      transientData: envelope.transient(carry),
      endorsingOrganizations: [...endorsers],
    });
  }

  /**
   * Sends an envelope, or sends it again.
   *
   * @returns whether ordering has it for certain; otherwise only its block, or its being sent again, can tell
   * @throws LedgerError ORDERING_UNAVAILABLE when it certainly does not have it from this call
   */
  async send(envelope: Uint8Array): Promise<{ accepted: boolean }> {
    try {
      await this.#gateway.newTransaction(envelope).submit();
      return { accepted: true };
    } catch (error) {
      if (isAlreadyOrdered(error)) return { accepted: true };
      if (isDefiniteRefusal(error)) throw new LedgerError('ORDERING_UNAVAILABLE', {}, { cause: error });
      return { accepted: false };
    }
  }

  /** Asks the own peer what a sealed command would do. @throws LedgerError, TypeError when a peer answers nonsense */
  async prepare(envelope: SealedEnvelope): Promise<Prepared> {
    return parsePrepared(
      await this.#evaluate(this.#contract(), sealedPrepare, {
        arguments: [envelopeVersion],
        transientData: envelope.transient(),
      }),
    );
  }

  /** Asks the own peer what a public command would do. @returns its result @throws RefusedError, LedgerError */
  async evaluatePublic(transaction: string, request?: object): Promise<unknown> {
    const bytes = await this.#evaluate(this.#contract(), transaction, publicArguments(request));
    return bytes.length ? JSON.parse(Buffer.from(bytes).toString('utf8')) : undefined;
  }

  /** Blocks that the own peer has. @throws LedgerError */
  async height(): Promise<number> {
    const qscc = this.#gateway.getNetwork(this.at.channel).getContract('qscc');
    const info = await this.#evaluate(qscc, 'GetChainInfo', { arguments: [this.at.channel] });
    return common.BlockchainInfo.deserializeBinary(info).getHeight();
  }

  async #endorse(transaction: string, options: ProposalOptions): Promise<Endorsed> {
    const endorsed = await this.#contract()
      .newProposal(transaction, options)
      .endorse()
      .catch((error: unknown) => {
        throw proposalError(error);
      });
    // Signed here, not by `submit`: what is stored before it is sent must be what is sent.
    const signature = signLowS(this.#key, endorsed.getDigest());
    const signed = this.#gateway.newSignedTransaction(endorsed.getBytes(), signature);
    return { txId: signed.getTransactionId(), envelope: signed.getBytes(), endorsers: endorsersOf(signed) };
  }

  /** Always on the own peer: with private data named elsewhere, another club's peer would see it. */
  async #evaluate(contract: Contract, transaction: string, options: ProposalOptions): Promise<Uint8Array> {
    try {
      return await contract.evaluate(transaction, {
        ...options,
        endorsingOrganizations: [this.connection.mspId],
      });
    } catch (error) {
      throw proposalError(error);
    }
  }

  #contract(): Contract {
    return this.#gateway.getNetwork(this.at.channel).getContract(this.at.chaincode);
  }
}

const publicArguments = (request: object | undefined): ProposalOptions => ({
  arguments: request ? [JSON.stringify(request)] : [],
});
