import type { SchemaName, Schemas } from '@reciprocal-clubs/chaincode/ledger/schemas.js';
import { readHalves, type BilateralForm, type BilateralValue } from './bilateralRecord.js';
import { ownCollectionIn, type Scene, type Step } from './history.js';
import type { Shown, Told, Turn } from './projection.js';
import { replayer, type Replayer } from './replay.js';

/** What one party does alone to a record of two (an act), told by a key of its own store. */
export interface Acts<S extends SchemaName> {
  readonly prefix: string;
  /** key of the act on the record of this key */
  readonly key: (mainKey: string) => string;
  /** main key of the record that the act of this key is on */
  readonly mainKey: (actKey: string) => string;
  /** who may do it */
  readonly by: (record: Schemas[S]) => readonly string[];
  readonly done: string;
  /** undefined: it cannot be taken back */
  readonly undone?: string;
}

/** Acts that stand, by the club that did it: their plaintext where this club did. */
export type Standing = ReadonlyMap<string, Buffer | undefined>;

/** One kind of record of two clubs, each having a half. */
export interface BilateralKind<S extends SchemaName> extends BilateralForm<S> {
  readonly kind: string;
  readonly prefix: string;
  /** of the key, after its prefix */
  readonly parts: number;
  readonly id: (mainKey: string) => string;
  /** what is told of a new value, if anything */
  readonly tell?: (record: Schemas[S]) => string | undefined;
  readonly show: (record: Schemas[S], scene: Scene, standing: Standing, mainKey: string) => Omit<Shown, 'hash'>;
  readonly acts?: Acts<S>;
}

interface State<S extends SchemaName> {
  readonly mainKey: string;
  readonly value: BilateralValue<S> | undefined;
  /** the other party, of the last value, be there one still or not; of the first half that came, where none was agreed */
  readonly partner: string | undefined;
  /** A newer value is agreed and has not come: what is shown is of before, and nothing is told of it. */
  readonly isBehind: boolean;
  /** by collection, whatever clubs may do it: an act may come before the record is known */
  readonly acts: Standing;
}

export function bilateralProjection<S extends SchemaName>(kind: BilateralKind<S>): Replayer {
  const mainKey = (touched: string): string =>
    kind.acts && touched.startsWith(kind.acts.prefix) ? kind.acts.mainKey(touched) : touched;
  return replayer<State<S>>({
    kind: kind.kind,
    mainKey,
    forms: { [kind.prefix]: kind.parts, ...(kind.acts && { [kind.acts.prefix]: 1 }) },
    id: (touched) => kind.id(mainKey(touched)),
    keys: (touched) => [mainKey(touched), ...(kind.acts ? [kind.acts.key(mainKey(touched))] : [])],
    start: { mainKey: '', value: undefined, partner: undefined, isBehind: false, acts: new Map() },
    next: (state, step, scene) => next(kind, state, step, scene),
    show: (state, scene) =>
      state.value && {
        hash: state.value.hash,
        ...kind.show(state.value.record, scene, standing(kind, state, scene), state.mainKey),
      },
    expects: ({ value }, touched, scene) => {
      const { acts } = kind;
      if (!acts || !value) return [];
      const key = acts.key(mainKey(touched));
      return acts.by(value.record).flatMap((club) => {
        const collection = scene.collections.get(club);
        return collection === undefined ? [] : [{ collection, key }];
      });
    },
  });
}

function next<S extends SchemaName>(kind: BilateralKind<S>, state: State<S>, step: Step, scene: Scene): Turn<State<S>> {
  const main = nextValue(kind, state, step, scene);
  const acts = nextActs(kind, main.state, step, scene);
  const isUnseen = main.isUnseen && acts.state === main.state;
  return {
    state: acts.state,
    ...(isUnseen && { isUnseen }),
    told: [...main.told, ...acts.told],
    faults: [...main.faults, ...acts.faults],
  };
}

function nextValue<S extends SchemaName>(
  kind: BilateralKind<S>,
  state: State<S>,
  step: Step,
  scene: Scene,
): Turn<State<S>> {
  const mainKey = step.versions.find(({ key }) => key.startsWith(`${kind.prefix}/`))?.key;
  if (mainKey === undefined) return { state, told: [], faults: [] };
  const halves = readHalves(kind, step, mainKey, scene, state.partner);
  switch (halves.kind) {
    case 'untouched':
      return { state, told: [], faults: [] };
    case 'unknown':
      return { state: { ...state, isBehind: true }, isUnseen: true, told: [], faults: [] };
    case 'deleted':
      return { state: { ...state, value: undefined, isBehind: false }, told: [], faults: [] };
    case 'fault': {
      const partner = state.partner ?? halves.partner;
      return { state: { ...state, partner }, isUnseen: true, told: [], faults: [halves.reason] };
    }
    case 'agreed': {
      const { value, write, partner } = halves;
      const type = kind.tell?.(value.record);
      const told = type === undefined ? [] : [{ type, write }];
      return { state: { ...state, mainKey, value, partner, isBehind: false }, told, faults: [] };
    }
  }
}

function nextActs<S extends SchemaName>(
  kind: BilateralKind<S>,
  state: State<S>,
  step: Step,
  scene: Scene,
): Turn<State<S>> {
  const { acts: declared } = kind;
  const writes = declared ? step.versions.filter(({ key }) => key.startsWith(`${declared.prefix}/`)) : [];
  if (!declared || writes.length === 0) return { state, told: [], faults: [] };
  const acts = new Map(state.acts);
  for (const { collection, value, valueHash } of writes) {
    if (valueHash) acts.set(collection, value);
    else acts.delete(collection);
  }
  const after = { ...state, acts };
  const entitled = state.value ? declared.by(state.value.record).map((club) => scene.collections.get(club)) : [];
  const told = writes.flatMap((write): Told[] => {
    const type = write.valueHash ? declared.done : declared.undone;
    // An own act is told with what this club said about it: not before that is known.
    const isUnknown = write.collection === ownCollectionIn(scene) && write.valueHash && !write.value;
    return type !== undefined && !state.isBehind && !isUnknown && entitled.includes(write.collection)
      ? [{ type, write }]
      : [];
  });
  return { state: after, told, faults: [] };
}

function standing<S extends SchemaName>(kind: BilateralKind<S>, { value, acts }: State<S>, scene: Scene): Standing {
  const clubs = value && kind.acts ? kind.acts.by(value.record) : [];
  return new Map(
    [...clubs].sort().flatMap((club) => {
      const collection = scene.collections.get(club) ?? '';
      return acts.has(collection) ? [[club, acts.get(collection)] as const] : [];
    }),
  );
}
