import { clubKey, directoryKey } from '@reciprocal-clubs/chaincode/ledger/registry.js';
import type { Schemas } from '@reciprocal-clubs/openapi/types';
import { versionOf } from '../projection/history.js';
import { partsOf } from '../projection/projection.js';
import { nextPublic, type PublicValue } from '../projection/publicRecord.js';
import { replayer } from '../projection/replay.js';

interface State {
  readonly club: PublicValue<'Club'> | undefined;
  readonly directory: PublicValue<'Directory'> | undefined;
}

const idIn = (touched: string): string => partsOf(touched)[0] ?? '';

/** A club of the registry, and what it says of itself. */
export const clubProjection = replayer<State>({
  kind: 'club',
  mainKey: (touched) => `${clubKey.prefix}/${idIn(touched)}`,
  forms: { [clubKey.prefix]: 1, [directoryKey.prefix]: 1 },
  id: idIn,
  keys: (touched) => [`${clubKey.prefix}/${idIn(touched)}`, `${directoryKey.prefix}/${idIn(touched)}`],
  start: { club: undefined, directory: undefined },
  next: (state, step) => {
    const id = idIn(step.versions[0]?.key ?? '');
    const isOfKey = (record: { id: string }): boolean => record.id === id;
    const club = nextPublic(state.club, step, `${clubKey.prefix}/${id}`, 'Club', isOfKey);
    const directoryOf = `${directoryKey.prefix}/${id}`;
    // The club alone endorses this key: to the contracts an entry that is none counts as none.
    const before = versionOf(step, '', directoryOf) ? undefined : state.directory;
    const directory = nextPublic(before, step, directoryOf, 'Directory', isOfKey, () => 'clubs.described');
    const changed = club.state !== state.club || directory.state !== state.directory;
    return {
      state: changed ? { club: club.state, directory: directory.state } : state,
      told: directory.told,
      faults: [...club.faults, ...directory.faults],
    };
  },
  show: ({ club, directory }) => {
    if (!club) return undefined;
    const { v: _, ...record } = club.record;
    const body: Schemas['ClubBody'] = { ...record, directory: directory ? withoutVersion(directory.record) : null };
    return { body, tags: { status: record.status, mspId: record.mspId }, hash: club.hash };
  },
});

function withoutVersion(directory: Schemas['Directory']): Schemas['DirectoryBody'] {
  const { v: _, ...entry } = directory;
  return entry;
}
