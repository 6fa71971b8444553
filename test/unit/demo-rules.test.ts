import { describe, expect, it } from 'vitest';
import { DEMO_RULES } from '../../scripts/demo/alerts.ts';
import { type Incident, incidentAt } from '../../scripts/demo/incident.ts';
import { recordsOfSecond } from '../../scripts/demo/traffic.ts';
import { compileCounter } from '../../src/alerts/evaluate/index.ts';
import { countMoments } from '../../src/alerts/preview/count-history.ts';
import { replay } from '../../src/alerts/preview/replay.ts';
import { ruleSchema } from '../../src/alerts/rules/schema.ts';
import type { AlertRuleInput, RulePreview } from '../../src/wire/alerts.ts';

const START_MS = Date.parse('2026-11-21T10:00:00Z');
const HOURS_MS = 4 * 3_600_000;
const SECOND_MS = 1_000;
const RECORDS = Array.from({ length: HOURS_MS / SECOND_MS }, (_, second) =>
  recordsOfSecond(START_MS + second * SECOND_MS),
).flat();

/** When a rule that counts records fires on four hours of the demo's traffic. */
function firingsOf(rule: AlertRuleInput): RulePreview['firings'] {
  const compiled = compileCounter(rule);
  if (!compiled.ok || compiled.value === null) throw new Error(`${rule.name} counts nothing`);
  const { stream, groupsOf } = compiled.value;
  const counts = new Map<string, Map<number, number>>();
  for (const record of RECORDS.filter((one) => one.stream === stream)) {
    const second = Math.floor(record.ts / SECOND_MS);
    for (const group of groupsOf(JSON.stringify(record))) {
      const own = counts.get(group) ?? new Map<number, number>();
      counts.set(group, own);
      own.set(second, (own.get(second) ?? 0) + 1);
    }
  }
  const range = { fromMs: START_MS, toMs: START_MS + HOURS_MS };
  const window = { windowMs: rule.windowSeconds * 1_000, stepMs: SECOND_MS, isOne: false, namesMissed: false };
  const moments = countMoments(counts, window, range);
  return replay({ ...rule, id: '', enabled: true }, { stepMs: SECOND_MS, moments }, range).firings;
}

function incidents(kind: Incident['kind']): Incident[] {
  const found = new Map<number, Incident>();
  for (let ms = START_MS; ms < START_MS + HOURS_MS; ms += SECOND_MS) {
    const incident = incidentAt(ms);
    if (incident?.kind === kind) found.set(incident.startMs, incident);
  }
  return [...found.values()];
}

const rules = DEMO_RULES.map((rule) => ruleSchema.parse(rule));

describe('the rules of the demo', () => {
  it('are rules, as the API takes them', () => {
    expect(rules.map(({ name }) => name)).toEqual(DEMO_RULES.map(({ name }) => name));
  });

  it.each([
    [0, 'gateway' as const],
    [1, 'logins' as const],
  ])('number %i fires in most incidents of its kind, says where, and in nothing else', (index, kind) => {
    const firings = firingsOf(rules[index] as AlertRuleInput);
    const all = incidents(kind);
    const told = all.filter((incident) => {
      const where = incident.kind === 'gateway' ? incident.gateway : incident.network;
      return firings.some(
        ({ group, firedAtMs }) =>
          group === where && firedAtMs > incident.startMs && firedAtMs < incident.endMs + 60_000,
      );
    });
    expect(all.length).toBeGreaterThanOrEqual(5);
    expect(told.length / all.length).toBeGreaterThan(0.7);
    expect(firings.length).toBe(told.length);
    // Whatever is over by more than a window, and the minute behind it.
    const before = START_MS + HOURS_MS - 5 * 60_000;
    expect(firings.filter(({ firedAtMs, resolvedAtMs }) => firedAtMs < before && resolvedAtMs === null)).toEqual([]);
  });
});
