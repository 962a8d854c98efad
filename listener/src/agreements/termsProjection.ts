import { termsKey } from '@reciprocal-clubs/chaincode/agreements/agreement.js';
import type { Schemas } from '@reciprocal-clubs/openapi/types';
import { bilateralProjection } from '../projection/bilateralProjection.js';
import { partsOf } from '../projection/projection.js';

/** One version of an agreement's terms. */
export const termsProjection = bilateralProjection({
  kind: 'terms',
  schema: 'TermsVersion',
  prefix: termsKey.prefix,
  parts: 2,
  id: (mainKey) => partsOf(mainKey).join('/'),
  isOfKey: ({ agreementId, n }, mainKey) => mainKey === termsKey(agreementId, String(n)).text,
  parties: ({ parties }) => parties,
  show: ({ v: _v, salt: _salt, ...record }) => {
    const body: Schemas['TermsBody'] = record;
    return { body, tags: { agreement: record.agreementId } };
  },
});
