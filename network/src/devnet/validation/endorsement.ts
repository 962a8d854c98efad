/**
 * Whether the endorsements of a block's transactions are enough (common/validation/statebased, v20 of the built-in plugin).
 */
import { peer } from '@hyperledger/fabric-protos';
import type { ValidationCode } from '../../blocks/envelope.js';
import type { NamespaceReadWriteSet } from '../../blocks/rwset.js';
import type { EndorserTransaction } from '../../blocks/transaction.js';
import { InvalidIdentityError, type Identity, type Msps } from '../../identity/msp.js';
import { LIFECYCLE_NAMESPACE, type Definitions, type EndorsementPolicy } from '../definitions.js';
import { bytesAsKey, orderedKey, type OrderedKey } from '../state/orderedKey.js';
import type { State } from '../state/state.js';
import { hashedSpace, publicSpace, VALIDATION_PARAMETER, type Space } from '../state/updates.js';
import type { KeyPolicies } from './keyPolicies.js';

export interface EndorsementContext {
  readonly msps: Msps;
  readonly definitions: Definitions;
  /** Before the block. */
  readonly state: State;
  readonly keyPolicies: KeyPolicies;
}

/** A key that is written, or whose metadata is; public ones have no collection. */
interface WrittenKey {
  readonly space: Space;
  readonly collection: string;
  readonly key: OrderedKey;
}

const { TxValidationCode } = peer;

/** Judges the transactions of one block, in their order. */
export class EndorsementValidator {
  readonly #context: EndorsementContext;
  /**
   * Keys whose policy an earlier transaction of the block changes, if its endorsements are enough for their chaincode:
   * who writes them later in the block fails, whatever the policies say, and even if that transaction has read something
   * stale and changes nothing in the end.
   */
  readonly #changedPolicies = new Set<string>();

  constructor(context: EndorsementContext) {
    this.#context = context;
  }

  validate(transaction: EndorserTransaction): ValidationCode {
    const endorsers = this.#endorsers(transaction);
    const written = transaction.readWriteSets.filter(hasWrites);
    const namespaces = new Set([transaction.chaincode.name, ...written.map(({ namespace }) => namespace)]);
    const policies = new Map([...namespaces].map((namespace) => [namespace, this.#policyOf(namespace)]));
    if ([...policies.values()].includes(undefined)) return TxValidationCode.INVALID_CHAINCODE;
    const passed = [...namespaces].filter((namespace) => {
      const set = written.find((one) => one.namespace === namespace);
      return this.#isEndorsed(namespace, policies.get(namespace) ?? 'MAJORITY Endorsement', set, endorsers);
    });
    for (const set of written)
      if (passed.includes(set.namespace)) for (const key of metadataKeys(set)) this.#changedPolicies.add(nameOf(key));
    if (passed.length < namespaces.size) return TxValidationCode.ENDORSEMENT_POLICY_FAILURE;
    return written.some(({ namespace }) => namespace === LIFECYCLE_NAMESPACE)
      ? TxValidationCode.ILLEGAL_WRITESET
      : TxValidationCode.VALID;
  }

  /** Endorsements that prove nothing are passed over. */
  #endorsers({ endorsements, proposalResponsePayload }: EndorserTransaction): Identity[] {
    return endorsements.flatMap(({ endorser, signature }) => {
      try {
        return [
          this.#context.msps.authenticate(endorser, Buffer.concat([proposalResponsePayload, endorser]), signature),
        ];
      } catch (error) {
        if (error instanceof InvalidIdentityError) return [];
        throw error;
      }
    });
  }

  /** Devnet's definitions are not voted on, so the lifecycle can be invoked but never written (see `validate`). */
  #policyOf(namespace: string): EndorsementPolicy | undefined {
    if (namespace === LIFECYCLE_NAMESPACE) return 'MAJORITY Endorsement';
    return this.#context.definitions.chaincode(namespace)?.endorsementPolicy;
  }

  /**
   * Each key that is written needs its own policy, or else its collection's, or else the chaincode's. The chaincode's
   * is needed too when nothing is written.
   */
  #isEndorsed(
    namespace: string,
    chaincodePolicy: EndorsementPolicy,
    set: NamespaceReadWriteSet | undefined,
    endorsers: readonly Identity[],
  ): boolean {
    const { definitions, state, keyPolicies } = this.#context;
    const collectionPolicies = new Map<string, boolean>();
    const satisfiesGeneralPolicy = (collection: string): boolean => {
      const known = collectionPolicies.get(collection);
      if (known !== undefined) return known;
      const definition = definitions.collection(namespace, collection);
      const policy =
        collection === '' ? chaincodePolicy : definition && (definition.endorsementPolicy ?? chaincodePolicy);
      const isSatisfied = policy !== undefined && definitions.isSatisfied(policy, endorsers);
      collectionPolicies.set(collection, isSatisfied);
      return isSatisfied;
    };
    const keys = set ? [...valueKeys(set), ...metadataKeys(set)] : [];
    if (keys.length === 0) return satisfiesGeneralPolicy('');
    return keys.every((key) => {
      if (this.#changedPolicies.has(nameOf(key))) return false;
      const keyPolicy = state.get(key.space, key.key)?.metadata.get(VALIDATION_PARAMETER);
      return keyPolicy && keyPolicy.length > 0
        ? keyPolicies.isSatisfied(keyPolicy, endorsers)
        : satisfiesGeneralPolicy(key.collection);
    });
  }
}

function hasWrites(set: NamespaceReadWriteSet): boolean {
  return valueKeys(set).length > 0 || metadataKeys(set).length > 0;
}

function valueKeys({ namespace, writes, collections }: NamespaceReadWriteSet): WrittenKey[] {
  return [
    ...writes.map(({ key }) => publicKey(namespace, key)),
    ...collections.flatMap(({ collection, writes: hashed }) =>
      hashed.map(({ keyHash }) => privateKey(namespace, collection, keyHash)),
    ),
  ];
}

function metadataKeys({ namespace, metadataWrites, collections }: NamespaceReadWriteSet): WrittenKey[] {
  return [
    ...metadataWrites.map(({ key }) => publicKey(namespace, key)),
    ...collections.flatMap(({ collection, metadataWrites: hashed }) =>
      hashed.map(({ keyHash }) => privateKey(namespace, collection, keyHash)),
    ),
  ];
}

function publicKey(namespace: string, key: string): WrittenKey {
  return { space: publicSpace(namespace), collection: '', key: orderedKey(key) };
}

function privateKey(namespace: string, collection: string, keyHash: Buffer): WrittenKey {
  return { space: hashedSpace(namespace, collection), collection, key: bytesAsKey(keyHash) };
}

function nameOf({ space, key }: WrittenKey): string {
  return `${space}\0${key}`;
}
