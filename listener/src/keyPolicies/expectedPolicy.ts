import { allOf, majorityWith } from '@reciprocal-clubs/chaincode/ledger/keyPolicy.js';
import { actKey } from '@reciprocal-clubs/chaincode/ledger/acts.js';
import { kindOf } from '@reciprocal-clubs/chaincode/ledger/keys.js';
import { directoryKey } from '@reciprocal-clubs/chaincode/ledger/registry.js';
import { ownCollection } from '@reciprocal-clubs/chaincode/ledger/ports.js';
import { ballotKey, markerKey } from '@reciprocal-clubs/chaincode/governance/proposal.js';
import { passKey } from '@reciprocal-clubs/chaincode/passes/pass.js';
import { partsOf } from '../projection/projection.js';
import { readValue } from '../projection/storedValue.js';

/** What is known of the ledger to tell which policy a key is to carry. */
export interface PolicyScene {
  /** MSP id of each club there is, by its id */
  readonly clubs: ReadonlyMap<string, string>;
  /** the two clubs whose record it is, by `kind/id`: of records that acts are on */
  readonly parties: ReadonlyMap<string, readonly string[]>;
  /** the clubs of the roll, by proposal */
  readonly rolls: ReadonlyMap<string, readonly string[]>;
}

export interface KeyInQuestion {
  /** empty: public state */
  readonly collection: string;
  readonly key: string;
  /** of the own half, where it is known */
  readonly value: Buffer | undefined;
}

/** `none`: the key carries no policy. `unknown`: what is known does not tell. */
export type Expected = Uint8Array | 'none' | 'unknown';

/** Acts that cannot be taken back, and the kind of record that each is on. */
export const lastingActs: ReadonlyMap<string, { readonly kind: string; readonly prefix: string }> = new Map([
  ['revoke', { kind: 'pass', prefix: passKey.prefix }],
]);

/** The acts of that sort that there may be on the record of this key. */
export function lastingActsOn(key: string): string[] {
  const [id = ''] = partsOf(key);
  return [...lastingActs].flatMap(([act, { prefix }]) =>
    key.startsWith(`${prefix}/`) ? [`${actKey.prefix}/${act}/${id}`] : [],
  );
}

/**
 * The policy that our contracts put on a key when they create it, and never change: on both halves of a bilateral record that both
 * clubs endorse; on an act that cannot be taken back, that its partner does too; on a directory entry that its club does; on ballot
 * and marker that the voter does, and so many others of the roll as make a majority with it. All other keys carry none.
 *
 * No contract can compare this: a peer cannot read the policy of a key in another club's collection. But it stands in the block.
 */
export function expectedPolicy(question: KeyInQuestion, scene: PolicyScene): Expected {
  const { collection, key } = question;
  const [prefix] = key.split('/', 1);
  if (collection === '') {
    if (prefix === directoryKey.prefix) return allOfClubs([partsOf(key).join('/')], scene) ?? 'none';
    return prefix === ballotKey.prefix ? ballotPolicy(partsOf(key), scene) : 'none';
  }
  if (kindOf(key)?.store === 'bilateral') return halfPolicy(question, scene);
  if (prefix === actKey.prefix) return actPolicy(question, scene);
  if (prefix === markerKey.prefix) return ballotPolicy([...partsOf(key), clubBehind(collection, scene)], scene);
  return 'none';
}

/** The own half names both parties. It was endorsed by this club: who else writes under the same hash is no party. */
function halfPolicy({ collection, key, value }: KeyInQuestion, scene: PolicyScene): Expected {
  const schema = kindOf(key)?.schema;
  if (value === undefined || schema === undefined) return 'unknown';
  const record = readValue(schema, value, () => true);
  if (typeof record === 'string') return 'none';
  return between(partiesIn(record), collection, scene) ?? 'none';
}

function actPolicy({ collection, key }: KeyInQuestion, scene: PolicyScene): Expected {
  const [act = '', recordId = ''] = partsOf(key);
  const on = lastingActs.get(act);
  if (!on) return 'none';
  const parties = scene.parties.get(`${on.kind}/${recordId}`);
  return (parties && between(parties, collection, scene)) ?? 'unknown';
}

/** Undefined where the collection is no party's, or they are no two clubs. */
function between(parties: readonly string[], collection: string, scene: PolicyScene): Expected | undefined {
  if (!parties.includes(clubBehind(collection, scene))) return 'unknown';
  return parties.length === 2 ? allOfClubs(parties, scene) : undefined;
}

function ballotPolicy([proposal = '', voter = '']: readonly string[], { clubs, rolls }: PolicyScene): Expected {
  const roll = rolls.get(proposal) ?? [];
  const voterMsp = clubs.get(voter);
  if (voterMsp === undefined || !roll.includes(voter)) return 'none';
  return majorityWith(
    voterMsp,
    roll.map((club) => clubs.get(club) ?? ''),
  );
}

function allOfClubs(ids: readonly string[], { clubs }: PolicyScene): Uint8Array | undefined {
  const mspIds = ids.map((id) => clubs.get(id));
  return mspIds.every((mspId) => mspId !== undefined) ? allOf(mspIds) : undefined;
}

const clubBehind = (collection: string, { clubs }: PolicyScene): string =>
  [...clubs].find(([, mspId]) => ownCollection(mspId) === collection)?.[0] ?? '';

function partiesIn(record: unknown): readonly string[] {
  if (typeof record !== 'object' || record === null) return [];
  if ('parties' in record && Array.isArray(record.parties)) return record.parties as readonly string[];
  return 'home' in record && 'host' in record ? [String(record.home), String(record.host)] : [];
}
