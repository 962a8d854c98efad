import { ballotKey, markerKey } from '@reciprocal-clubs/chaincode/governance/proposal.js';
import { actKey } from '@reciprocal-clubs/chaincode/ledger/acts.js';
import type { Schemas } from '@reciprocal-clubs/openapi/types';
import type { ClientBase } from 'pg';
import { lastingActs, type PolicyScene } from '../keyPolicies/expectedPolicy.js';
import { partsOf } from '../projection/projection.js';
import { readClubs } from './records.js';

interface Wanted {
  readonly kind: string;
  readonly id: string;
}

/** What tells the policies of these keys. */
export async function readPolicyScene(client: ClientBase, keys: readonly { key: string }[]): Promise<PolicyScene> {
  const clubs = await readClubs(client);
  const wanted = keys.flatMap(({ key }) => recordBehind(key));
  if (wanted.length === 0) return { clubs, parties: new Map(), rolls: new Map() };
  const { rows } = await client.query<Wanted & { home: string; host: string; body: unknown }>(
    `SELECT kind, id, tags ->> 'home' AS home, tags ->> 'host' AS host, CASE kind WHEN 'proposal' THEN body END AS body
       FROM projection.record WHERE (kind, id) IN (SELECT * FROM unnest($1::text[], $2::text[]))`,
    [wanted.map(({ kind }) => kind), wanted.map(({ id }) => id)],
  );
  const proposals = rows.filter(({ kind }) => kind === 'proposal');
  const others = rows.filter(({ kind }) => kind !== 'proposal');
  return {
    clubs,
    parties: new Map(others.map(({ kind, id, home, host }) => [`${kind}/${id}`, [home, host]])),
    rolls: new Map(proposals.map(({ id, body }) => [id, rollOf(body as Schemas['ProposalBody'])])),
  };
}

/** Acts are on a record, votes on a proposal. */
function recordBehind(key: string): Wanted[] {
  const [first = '', second = ''] = partsOf(key);
  const [prefix] = key.split('/', 1);
  if (prefix === ballotKey.prefix || prefix === markerKey.prefix) return [{ kind: 'proposal', id: first }];
  const kind = prefix === actKey.prefix ? lastingActs.get(first)?.kind : undefined;
  return kind === undefined ? [] : [{ kind, id: second }];
}

const rollOf = ({ roll }: Schemas['ProposalBody']): string[] => roll.map(({ club }) => club);
