import { MAX_PREVIEW_GROUPS, type RulePreview } from '../../wire/alerts.ts';
import { advance, type GroupState, type RuleView, worstFirst } from '../state/index.ts';
import type { History, Moment, Range } from './history.ts';

/** Of one chart. */
const MAX_POINTS = 504;
/** Of one answer, the newest. */
const MAX_FIRINGS = 500;
/** Between two moments time passes by itself: what becomes due is looked at, each group some times at most. */
const MAX_LOOKS_BETWEEN = 5;

type Replayed = Pick<RulePreview, 'stepMs' | 'series' | 'firings' | 'notices'>;

/** The state machine, run over the past: mute windows and groups as they would have been, silences as if there were none. */
export function replay(
  rule: RuleView,
  { stepMs, moments }: Pick<History, 'stepMs' | 'moments'>,
  range: Range,
): Replayed {
  const chart = new Chart(rule, stepMs, range);
  const firings = new Map<string, RulePreview['firings'][number]>();
  let groups: GroupState[] = [];
  let [ids, notices] = [0, 0];
  const newId = () => `frg_${++ids}`;
  const look = (nowMs: number, observed: Moment['observed']): number | null => {
    const done = advance(rule, groups, { nowMs, observed, silences: [], newId });
    groups = done.groups;
    notices += done.notices.length;
    for (const state of [...done.groups, ...done.ended]) note(firings, state);
    return done.dueAtMs;
  };
  let last: Moment | null = null;
  let dueAtMs: number | null = null;
  for (const moment of moments) {
    for (let looks = 0; last && dueAtMs !== null && dueAtMs < moment.atMs && looks < MAX_LOOKS_BETWEEN; looks++) {
      // What was seen last holds until something else is seen.
      dueAtMs = look(dueAtMs, last.observed);
    }
    dueAtMs = look(moment.atMs, moment.observed);
    chart.add(moment);
    last = moment;
  }
  const told = [...firings.values()];
  return { stepMs: chart.stepMs, series: chart.series(told), firings: told.slice(-MAX_FIRINGS), notices };
}

function note(firings: Map<string, RulePreview['firings'][number]>, state: GroupState): void {
  const { firingId, group, firedAtMs, resolvedAtMs, value } = state;
  if (firedAtMs === null) return;
  const known = firings.get(firingId);
  if (known) known.resolvedAtMs = resolvedAtMs;
  else firings.set(firingId, { group, firedAtMs, resolvedAtMs, value });
}

/** Values over time, of each point the worst. */
class Chart {
  readonly stepMs: number;
  readonly #first: number;
  readonly #last: number;
  readonly #worst = new Map<string, Map<number, number>>();
  /** Points at which a group that is not named had nothing. */
  readonly #zero = new Set<number>();
  readonly #order: (a: number, b: number) => number;

  constructor(rule: RuleView, stepMs: number, { fromMs, toMs }: Range) {
    this.#order = worstFirst(rule.condition);
    // Whole steps, so that each point is of the same number of them.
    this.stepMs = stepMs * Math.max(1, Math.ceil((toMs - fromMs) / stepMs / MAX_POINTS));
    this.#first = Math.floor(fromMs / this.stepMs);
    this.#last = Math.floor(toMs / this.stepMs);
  }

  add({ atMs, observed }: Moment): void {
    const point = Math.floor(atMs / this.stepMs);
    if (observed?.rest === 'zero') this.#zero.add(point);
    for (const { group, value } of observed?.values ?? []) {
      if (value === null) continue;
      const points = this.#worst.get(group) ?? new Map<number, number>();
      this.#worst.set(group, points);
      const known = points.get(point);
      if (known === undefined || this.#order(value, known) < 0) points.set(point, value);
    }
  }

  /** Of the groups that fired most, then of those that came nearest to it. */
  series(firings: readonly { group: string }[]): RulePreview['series'] {
    const fired = new Map<string, number>();
    for (const { group } of firings) fired.set(group, (fired.get(group) ?? 0) + 1);
    const ranked = [...this.#worst].map(([group, points]) => ({
      ...{ group, points, fired: fired.get(group) ?? 0 },
      worst: [...points.values()].reduce((a, b) => (this.#order(a, b) <= 0 ? a : b)),
    }));
    ranked.sort((a, b) => b.fired - a.fired || this.#order(a.worst, b.worst) || (a.group < b.group ? -1 : 1));
    return ranked.slice(0, MAX_PREVIEW_GROUPS).map(({ group, points }) => ({ group, points: this.#pointsOf(points) }));
  }

  #pointsOf(known: ReadonlyMap<number, number>): { ts: number; value: number | null }[] {
    const points: { ts: number; value: number | null }[] = [];
    for (let point = this.#first; point <= this.#last; point++) {
      const value = known.get(point) ?? (this.#zero.has(point) ? 0 : null);
      points.push({ ts: point * this.stepMs, value });
    }
    return points;
  }
}
