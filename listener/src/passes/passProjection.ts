import { actKey } from '@reciprocal-clubs/chaincode/ledger/acts.js';
import { passKey } from '@reciprocal-clubs/chaincode/passes/pass.js';
import type { Schemas } from '@reciprocal-clubs/openapi/types';
import { bilateralProjection } from '../projection/bilateralProjection.js';
import { partsOf } from '../projection/projection.js';
import { directionAt, partnerIn } from '../projection/side.js';
import { revocationIn } from './revocation.js';

const idIn = (mainKey: string): string => partsOf(mainKey)[0] ?? '';

/** A pass of an own member or of a guest. Any club of the two sees that it is revoked; why, the home club alone. */
export const passProjection = bilateralProjection({
  kind: 'pass',
  schema: 'Pass',
  prefix: passKey.prefix,
  parts: 1,
  id: idIn,
  isOfKey: ({ id }, mainKey) => id === idIn(mainKey),
  parties: ({ home, host }) => [home, host],
  tell: ({ state }) => (state === 'issued' ? 'passes.issued' : undefined),
  show: ({ v: _v, salt: _salt, commands: _commands, ...record }, { club }, standing) => {
    const { home, host, agreementId } = record;
    const state = standing.has(home) ? 'revoked' : record.state;
    const partner = partnerIn([home, host], club);
    const direction = directionAt(host, club);
    const revocation = revocationIn(standing.get(home), record.id);
    const body: Schemas['PassBody'] = { ...record, state, partner, direction, ...(revocation && { revocation }) };
    return { body, tags: { state, partner, direction, agreement: agreementId, host, home } };
  },
  acts: {
    prefix: 'act/revoke',
    key: (mainKey) => actKey('revoke', idIn(mainKey)).text,
    mainKey: (key) => passKey(partsOf(key)[1] ?? '').text,
    by: ({ home }) => [home],
    done: 'passes.revoked',
  },
});
