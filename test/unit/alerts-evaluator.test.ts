import { describe, expect, it } from 'vitest';
import { Evaluator, type EvaluatorPort } from '../../durable-objects/alerts/evaluator.ts';
import type { Entry } from '../../durable-objects/alerts/rulebook.ts';
import { compileCounter } from '../../src/alerts/evaluate/index.ts';
import { ruleOf } from '../helpers/alert-rules.ts';

/** Rules of stores alone, of which each evaluation sends so many statements. */
function evaluator(rules: number, statementsEach: number) {
  const entries = new Map<string, Entry>();
  for (let index = 0; index < rules; index++) {
    const rule = ruleOf({ id: `rul_${index}` });
    entries.set(rule.id, { rule, counter: null, countedSinceMs: 0 });
  }
  const concluded: string[] = [];
  const run = { calls: 0, alarms: 0 };
  const port: EvaluatorPort = {
    rulebook: { get: (id: string) => entries.get(id) ?? null } as EvaluatorPort['rulebook'],
    feed: { look: async () => undefined, continuity: () => ({ sinceMs: null, isBehind: true }) },
    counts: { sums: () => new Map() },
    evaluate: async (_, _at, meter) => {
      meter.calls += statementsEach;
      run.calls += statementsEach;
      await Promise.resolve();
      return { observed: null, problem: null };
    },
    conclude: ({ rule }) => void concluded.push(rule.id),
    nowMs: () => 0,
  };
  const evaluate = new Evaluator(port);
  return { ids: [...entries.keys()], entries, port, concluded, run, evaluate };
}

describe('an alarm', () => {
  it('sends D1 fewer statements than it takes from one invocation, and leaves the rest of its rules to the next', async () => {
    const { ids, concluded, run, evaluate } = evaluator(50, 40);
    await evaluate.run(ids);
    expect(run.calls).toBeGreaterThanOrEqual(500);
    expect(run.calls).toBeLessThan(900);
    expect(concluded.length).toBeLessThan(50);
    await evaluate.run(ids.filter((id) => !concluded.includes(id)));
    await evaluate.run(ids.filter((id) => !concluded.includes(id)));
    await evaluate.run(ids.filter((id) => !concluded.includes(id)));
    expect(concluded.toSorted()).toEqual(ids.toSorted());
  });

  it('does not keep what counts alone decide waiting for searches that hang', async () => {
    const { evaluate, ids, concluded, entries, port } = evaluator(20, 1);
    const rule = ruleOf({ id: 'rul_counted' });
    const compiled = compileCounter(rule);
    if (!compiled.ok || compiled.value === null) throw new Error('no counter');
    entries.set(rule.id, {
      rule,
      counter: { ...compiled.value, ruleId: rule.id, windowSeconds: 60 },
      countedSinceMs: -1e9,
    });
    port.feed.continuity = () => ({ sinceMs: -1e9, isBehind: false });
    port.evaluate = () => new Promise(() => undefined);
    void evaluate.run([...ids, rule.id]);
    for (let turns = 0; turns < 20; turns++) await Promise.resolve();
    expect(concluded).toEqual([rule.id]);
  });

  it('evaluates all that fall due where they ask little', async () => {
    const { ids, concluded, evaluate } = evaluator(50, 5);
    await evaluate.run(ids);
    expect(concluded).toHaveLength(50);
  });
});
