import type { Scene, Step } from './history.js';
import type { Expected, Projection, Shown, Told } from './projection.js';

/** A record made anew from its whole history. */
export interface Replayed {
  readonly kind: string;
  readonly id: string;
  /** undefined: there is none, and none must be left */
  readonly record: (Shown & { readonly last: Place; readonly created: Place }) | undefined;
  readonly events: readonly TellingStep[];
  readonly faults: readonly (Place & { readonly reason: string })[];
  readonly expects: readonly Expected[];
}

export interface Place {
  readonly block: number;
  readonly index: number;
}

/** A transaction that something is told of, and the record as it was after it. */
export interface TellingStep extends Told {
  readonly step: Step;
  readonly body: object;
}

/** A projection with its states out of sight. */
export interface Replayer extends Pick<Projection<unknown>, 'kind' | 'forms' | 'mainKey' | 'id' | 'keys'> {
  /** @param since what older steps tell, and what is wrong with them, was told before */
  replay(touched: string, steps: readonly Step[], scene: Scene, since: number): Replayed;
}

export const replayer = <State>(projection: Projection<State>): Replayer => ({
  kind: projection.kind,
  forms: projection.forms,
  mainKey: projection.mainKey,
  id: projection.id,
  keys: projection.keys,
  replay: (touched, steps, scene, since) => replay(projection, touched, steps, scene, since),
});

function replay<State>(
  projection: Projection<State>,
  touched: string,
  steps: readonly Step[],
  scene: Scene,
  since: number,
): Replayed {
  let state = projection.start;
  let last: Place | undefined;
  const events: TellingStep[] = [];
  const faults: Replayed['faults'][number][] = [];
  for (const step of steps) {
    const turn = projection.next(state, step, scene);
    if (turn.state !== state && !turn.isUnseen) last = { block: step.block, index: step.index };
    state = turn.state;
    if (step.block < since) continue;
    faults.push(...turn.faults.map((reason) => ({ block: step.block, index: step.index, reason })));
    const body = turn.told.length > 0 ? projection.show(state, scene)?.body : undefined;
    if (body) events.push(...turn.told.map((told) => ({ ...told, step, body })));
  }
  const shown = projection.show(state, scene);
  const created = createdAt(projection.mainKey(touched), steps);
  return {
    kind: projection.kind,
    id: projection.id(touched),
    record: shown && last && created && { ...shown, last, created },
    events,
    faults,
    expects: shown ? (projection.expects?.(state, touched, scene) ?? []) : [],
  };
}

function createdAt(mainKey: string, steps: readonly Step[]): Place | undefined {
  const first = steps.find(({ versions }) => versions.some(({ key }) => key === mainKey));
  return first && { block: first.block, index: first.index };
}
