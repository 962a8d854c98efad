import { visitId } from '@reciprocal-clubs/api/visits/visitId.js';
import { visitKey } from '@reciprocal-clubs/chaincode/visits/visit.js';
import type { Schemas } from '@reciprocal-clubs/openapi/types';
import { bilateralProjection } from '../projection/bilateralProjection.js';
import { directionAt, partnerIn } from '../projection/side.js';

/** A visit of an own member or of a guest. Its key names the member's pseudonym: the id tells nothing of it. */
export const visitProjection = bilateralProjection({
  kind: 'visit',
  schema: 'Visit',
  prefix: 'visit',
  parts: 4,
  id: visitId,
  isOfKey: (visit, mainKey) => mainKey === visitKey(visit, visit.businessDate).text,
  parties: ({ home, host }) => [home, host],
  tell: eventOf,
  show: ({ v: _v, salt: _salt, commands: _commands, ...record }, { club }, _standing, mainKey) => {
    const { home, host, state, agreementId, passId, businessDate } = record;
    const partner = partnerIn([home, host], club);
    const direction = directionAt(host, club);
    const body: Schemas['VisitBody'] = { id: visitId(mainKey), ...record, partner, direction };
    const tags = { state, partner, direction, agreement: agreementId, pass: passId, businessDate, host, home };
    return { body, tags };
  },
});

/** A late entry is checked out from the beginning, at no known time: what is told of it is that somebody came. */
function eventOf({ state, checkedOutAtMs, commands }: Schemas['Visit']): string {
  if (state === 'checked-out' && checkedOutAtMs !== undefined) return 'visits.checked-out';
  return state === 'checked-in' && commands.length > 1 ? 'visits.reopened' : 'visits.checked-in';
}
