import { foundingKey } from '@reciprocal-clubs/chaincode/clubs/foundRegistry.js';
import type { Schemas } from '@reciprocal-clubs/openapi/types';
import { nextPublic, type PublicValue } from '../projection/publicRecord.js';
import { replayer } from '../projection/replay.js';

/** That the registry was founded, and on which list. */
export const foundingProjection = replayer<PublicValue<'Founding'> | undefined>({
  kind: 'founding',
  mainKey: (touched) => touched,
  forms: { [foundingKey.prefix]: 0 },
  id: () => 'founding',
  keys: () => [foundingKey().text],
  start: undefined,
  next: (state, step) =>
    nextPublic(
      state,
      step,
      foundingKey().text,
      'Founding',
      () => true,
      () => 'clubs.founded',
    ),
  show: (state) => {
    if (!state) return undefined;
    const { v: _, ...body } = state.record;
    return { body: body satisfies Schemas['FoundingBody'], tags: {}, hash: state.hash };
  },
});
