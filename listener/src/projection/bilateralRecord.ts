import type { SchemaName, Schemas } from '@reciprocal-clubs/chaincode/ledger/schemas.js';
import { ownCollectionIn, versionOf, type Scene, type Step, type VersionSeen } from './history.js';
import { readValue } from './storedValue.js';

/** A value of two clubs, agreed: the same bytes in both halves. */
export interface BilateralValue<S extends SchemaName> {
  readonly record: Schemas[S];
  readonly hash: Buffer;
}

/** What became of a record's halves in one transaction. */
export type Halves<S extends SchemaName> =
  | { readonly kind: 'untouched' | 'unknown' | 'deleted' }
  | { readonly kind: 'agreed'; readonly value: BilateralValue<S>; readonly write: VersionSeen }
  | { readonly kind: 'fault'; readonly reason: string };

/**
 * Compares both halves of a record that a transaction wrote. Halves that differ, or one that comes alone, are nothing that two clubs
 * agreed on: what they agreed on before stands.
 *
 * @param partiesOf the two clubs whose record it is
 */
export function readHalves<S extends SchemaName>(
  step: Step,
  key: string,
  schema: S,
  scene: Scene,
  isOfKey: (record: Schemas[S]) => boolean,
  partiesOf: (record: Schemas[S]) => readonly string[],
): Halves<S> {
  const ownCollection = ownCollectionIn(scene);
  const own = versionOf(step, ownCollection, key);
  const others = step.versions.filter(
    ({ key: written, collection }) => written === key && collection !== ownCollection && collection !== '',
  );
  if (!own) return others.length > 0 ? diverged(schema) : { kind: 'untouched' };
  if (!own.valueHash) return others.length > 0 && others.every(isDelete) ? { kind: 'deleted' } : diverged(schema);
  if (!own.value) return { kind: 'unknown' };
  const record = readValue(schema, own.value, (value) => isOfKey(value) && isOurs(partiesOf(value), scene));
  if (typeof record === 'string') return { kind: 'fault', reason: record };
  const [partner] = partiesOf(record).filter((club) => club !== scene.club);
  const half = versionOf(step, scene.collections.get(partner ?? '') ?? '', key);
  if (!half?.valueHash?.equals(own.valueHash)) return diverged(schema);
  return { kind: 'agreed', value: { record, hash: own.valueHash }, write: own };
}

export const diverged = (schema: string): { kind: 'fault'; reason: string } => ({
  kind: 'fault',
  reason: `DIVERGED: the halves of ${schema} differ, or one came alone`,
});

const isDelete = ({ valueHash }: VersionSeen): boolean => valueHash === undefined;

/** Two clubs of the registry, and this one is among them. */
function isOurs(parties: readonly string[], { club, collections }: Scene): boolean {
  const [first, second] = parties;
  return (
    parties.length === 2 && first !== second && parties.includes(club) && parties.every((one) => collections.has(one))
  );
}
