import { type Advanced, advance, type GroupState, type Notice, type Observed } from '../../src/alerts/state/index.ts';
import type { AlertRule, Silence } from '../../src/wire/alerts.ts';

/** One rule's life as a test tells it: values come, time passes, and what was told is written down. */
export class AlertRun {
  groups: GroupState[] = [];
  readonly told: { atMs: number; notice: Notice }[] = [];
  readonly ended: GroupState[] = [];
  silences: Silence[] = [];
  rule: AlertRule;
  #ids = 0;

  constructor(rule: AlertRule) {
    this.rule = rule;
  }

  /** Values by group; a number alone is of the one group of a rule that has one. */
  at(nowMs: number, observed: Observed | number | null | Record<string, number | null>): Advanced {
    const done = advance(this.rule, this.groups, {
      ...{ nowMs, silences: this.silences, observed: observedOf(observed) },
      newId: () => `frg_${++this.#ids}`,
    });
    // As it is kept between two calls.
    this.groups = JSON.parse(JSON.stringify(done.groups)) as GroupState[];
    this.ended.push(...done.ended);
    this.told.push(...done.notices.map((notice) => ({ atMs: nowMs, notice })));
    return done;
  }

  /** `12: alert.firing frg_1`, with times in seconds. */
  get lines(): string[] {
    return this.told.map(
      ({ atMs, notice }) =>
        `${atMs / 1_000}: ${notice.type} ${notice.firings.map(({ firingId }) => firingId).join(' ')}`,
    );
  }

  get phases(): string[] {
    return this.groups.map(({ group, phase }) => (group === '' ? phase : `${group} ${phase}`));
  }
}

function observedOf(observed: Observed | number | null | Record<string, number | null>): Observed | null {
  if (observed === null) return null;
  if (typeof observed === 'number') return { values: [{ group: '', value: observed }], rest: 'zero' };
  if (Array.isArray((observed as Observed).values)) return observed as Observed;
  const values = Object.entries(observed as Record<string, number | null>).map(([group, value]) => ({ group, value }));
  return { values, rest: 'zero' };
}
