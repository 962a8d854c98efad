import type { SchemaName, Schemas } from '@reciprocal-clubs/chaincode/ledger/schemas.js';
import { versionOf, type Scene, type Step, type VersionSeen } from './history.js';
import { readValue } from './storedValue.js';

/** A value of two clubs, agreed: the same bytes in both halves. */
export interface BilateralValue<S extends SchemaName> {
  readonly record: Schemas[S];
  readonly hash: Buffer;
}

/** How a kind of record of two clubs is read. */
export interface BilateralForm<S extends SchemaName> {
  readonly schema: S;
  readonly isOfKey: (record: Schemas[S], mainKey: string) => boolean;
  /** the two clubs whose record it is */
  readonly parties: (record: Schemas[S]) => readonly string[];
}

/** What became of a record's halves in one transaction. `partner`: the other party, where the own half tells. */
export type Halves<S extends SchemaName> =
  | { readonly kind: 'untouched' | 'unknown' | 'deleted' }
  | {
      readonly kind: 'agreed';
      readonly value: BilateralValue<S>;
      readonly write: VersionSeen;
      readonly partner: string;
    }
  | { readonly kind: 'fault'; readonly reason: string; readonly partner?: string };

/**
 * Compares both halves of a record that a transaction wrote. Halves that differ, or one that comes alone, are nothing that two clubs
 * agreed on: what they agreed on before stands. What a third club keeps under the key in its own collection is none of theirs.
 *
 * @param known the other party, as far as halves before told
 */
export function readHalves<S extends SchemaName>(
  { schema, isOfKey, parties }: BilateralForm<S>,
  step: Step,
  key: string,
  scene: Scene,
  known: string | undefined,
): Halves<S> {
  const halfOf = (club: string): VersionSeen | undefined => versionOf(step, scene.collections.get(club) ?? '', key);
  const own = halfOf(scene.club);
  if (!own) return known !== undefined && halfOf(known) ? diverged(schema) : { kind: 'untouched' };
  if (!own.valueHash) {
    // Where all was purged no half tells who the partner was.
    const partners = known === undefined ? [...scene.collections.keys()] : [known];
    const others = partners.filter((club) => club !== scene.club).flatMap((club) => halfOf(club) ?? []);
    return others.length > 0 && others.every(isDelete) ? { kind: 'deleted' } : diverged(schema);
  }
  if (!own.value) return { kind: 'unknown' };
  const record = readValue(schema, own.value, (value) => isOfKey(value, key) && isOurs(parties(value), scene));
  if (typeof record === 'string') return { kind: 'fault', reason: record };
  const partner = parties(record).find((club) => club !== scene.club) ?? '';
  if (!halfOf(partner)?.valueHash?.equals(own.valueHash)) return { ...diverged(schema), partner };
  return { kind: 'agreed', value: { record, hash: own.valueHash }, write: own, partner };
}

const isDelete = ({ valueHash }: VersionSeen): boolean => valueHash === undefined;

const diverged = (schema: string): { kind: 'fault'; reason: string } => ({
  kind: 'fault',
  reason: `DIVERGED: the halves of ${schema} differ, or one came alone`,
});

/** Two clubs of the registry, and this one is among them. */
function isOurs(parties: readonly string[], { club, collections }: Scene): boolean {
  const [first, second] = parties;
  return (
    parties.length === 2 && first !== second && parties.includes(club) && parties.every((one) => collections.has(one))
  );
}
