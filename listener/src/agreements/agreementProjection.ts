import { agreementKey } from '@reciprocal-clubs/chaincode/agreements/agreement.js';
import { actKey } from '@reciprocal-clubs/chaincode/ledger/acts.js';
import type { Schemas } from '@reciprocal-clubs/openapi/types';
import { bilateralProjection } from '../projection/bilateralProjection.js';
import { partsOf } from '../projection/projection.js';
import { partnerIn } from '../projection/side.js';

const idIn = (mainKey: string): string => partsOf(mainKey)[0] ?? '';

/** An agreement of this club, and whose suspension of it stands. */
export const agreementProjection = bilateralProjection({
  kind: 'agreement',
  schema: 'Agreement',
  prefix: agreementKey.prefix,
  parts: 1,
  id: idIn,
  isOfKey: ({ id }, mainKey) => id === idIn(mainKey),
  parties: ({ parties }) => parties,
  tell: ({ state }) => {
    if (state === 'proposed') return 'agreements.proposed';
    return state === 'active' ? 'agreements.accepted' : undefined;
  },
  show: ({ v: _v, salt: _salt, commands: _commands, ...record }, scene, standing) => {
    const partner = partnerIn(record.parties, scene.club);
    const body: Schemas['AgreementBody'] = { ...record, partner, suspendedBy: [...standing.keys()] };
    return { body, tags: { state: record.state, partner } };
  },
  acts: {
    prefix: 'act/suspend',
    key: (mainKey) => actKey('suspend', idIn(mainKey)).text,
    mainKey: (key) => agreementKey(partsOf(key)[1] ?? '').text,
    by: ({ parties }) => parties,
    done: 'agreements.suspended',
    undone: 'agreements.resumed',
  },
});
