import { describe, expect, it } from 'vitest';
import { eventOf, inParts } from '../../src/alerts/event.ts';
import { firingOf, type GroupState } from '../../src/alerts/state/index.ts';
import { MAX_BODY_CHARS } from '../../src/delivery/body/types.ts';
import type { AlertRule, Firing } from '../../src/wire/alerts.ts';
import { COUNT_ERRORS, ruleOf } from '../helpers/alert-rules.ts';

const PROJECT = { id: 'prj_1', name: 'Shop', origin: 'https://ops.example.com' };

function firing(rule: AlertRule, index: number): Firing {
  const state: GroupState = {
    ...{ firingId: `frg_${index}`, group: `g${index}`, phase: 'firing', pendingSinceMs: 1, firedAtMs: 1 },
    ...{ resolvedAtMs: null, value: 12, note: null, clearSinceMs: null, goneSinceMs: null, notices: 1 },
    ...{ lastNoticeAtMs: 1, acknowledged: null },
  };
  return firingOf(rule, state, null);
}

const firings = (rule: AlertRule, count: number) => Array.from({ length: count }, (_, index) => firing(rule, index));
const event = (rule: AlertRule, told: readonly Firing[]) =>
  eventOf('alert.firing', rule, told, PROJECT, { id: 'evt_1', nowMs: 1 });

describe('a notice of many firings', () => {
  it('is one while it is short', () => {
    const rule = ruleOf({ condition: { ...COUNT_ERRORS, groupBy: 'service' } });
    expect(inParts(firings(rule, 100)).map(({ length }) => length)).toEqual([100]);
  });

  it('is told in parts where it would be longer than a body may be: nobody would ever get it', () => {
    const labels = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`l${index}`, 'v'.repeat(256)]));
    const query = `level:error AND "${'m'.repeat(4_000)}"`;
    const rule = ruleOf({ labels, condition: { ...COUNT_ERRORS, query, groupBy: 'service' } });
    const all = firings(rule, 100);
    const parts = inParts(all);
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.flat()).toEqual(all);
    for (const part of parts) expect(JSON.stringify(event(rule, part)).length).toBeLessThan(MAX_BODY_CHARS);
    expect(inParts([])).toEqual([]);
  });
});

describe('the subject of a notice', () => {
  it('is the same for all notices of a firing, whatever is told with it: a receiver that asked for order gets its end last', () => {
    const grouped = ruleOf({ condition: { ...COUNT_ERRORS, groupBy: 'service' } });
    const [a, b] = firings(grouped, 2) as [Firing, Firing];
    expect([event(grouped, [a, b]).subject, event(grouped, [a]).subject]).toEqual([grouped.id, grouped.id]);
    const alone = ruleOf();
    expect(event(alone, [firing(alone, 1)]).subject).toBe('frg_1');
  });
});
