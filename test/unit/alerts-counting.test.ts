import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketMs, windowBuckets } from '../../src/alerts/counting/buckets.ts';
import { countsAlone, countsProve, decides, isNear, larger } from '../../src/alerts/counting/combine.ts';
import { afterHead, afterLook, afterRecords, continuity, UNKNOWN } from '../../src/alerts/counting/follow.ts';
import { type RuleCounter, tally } from '../../src/alerts/counting/tally.ts';
import { compileCounter } from '../../src/alerts/evaluate/index.ts';
import { nextDueMs } from '../../src/alerts/schedule.ts';
import { statusOf, worstValue } from '../../src/alerts/status.ts';
import { BatchBuilder } from '../../src/ingest/batch.ts';
import { batchIds } from '../../src/shared/ids.ts';
import type { AlertRule, Condition } from '../../src/wire/alerts.ts';
import type { Json } from '../../src/wire/record.ts';
import { COUNT_ERRORS, ruleOf } from '../helpers/alert-rules.ts';

const SILENCE: Condition = { kind: 'silence', stream: 'logs', query: '' };
const BELOW = { ...COUNT_ERRORS, comparison: 'below' } as const;

describe('the buckets of a window', () => {
  it.each([
    [10, 100],
    [60, 167],
    [3_600, 10_000],
    [86_400, 240_000],
  ])('of %i s are %i ms wide', (windowSeconds, width) => expect(bucketMs(windowSeconds)).toBe(width));

  it('hold every record of it, none that is older by more than a bucket, and at most 362 buckets with those ahead', () => {
    const windowSeconds = fc.integer({ min: 10, max: 86_400 });
    fc.assert(
      fc.property(
        windowSeconds,
        fc.integer({ min: 0, max: 2e12 }),
        fc.integer({ min: -2, max: 2 }),
        (seconds, now, by) => {
          const { from, to } = windowBuckets(seconds, now);
          const bucketOf = (ts: number) => Math.floor(ts / bucketMs(seconds));
          const start = now - seconds * 1_000;
          expect(bucketOf(start)).toBe(from);
          expect(bucketOf(start - bucketMs(seconds) + by)).toBeLessThanOrEqual(from);
          expect(bucketOf(start - bucketMs(seconds))).toBeLessThan(from);
          expect(bucketOf(now)).toBeLessThanOrEqual(to);
          expect(to - from).toBeLessThanOrEqual(362 + 5_000 / bucketMs(seconds));
        },
      ),
    );
  });
});

describe('a stream that is followed', () => {
  const at = (nextSeq: number, sinceMs = 100, behindSeq = 0) => ({ nextSeq, sinceMs, behindSeq });

  it('is counted from where the first look finds it', () => {
    expect(afterLook(null, 7, 500)).toEqual(at(7, 500));
  });

  it('stays what it was while every record comes, and begins anew behind a gap', () => {
    expect(afterRecords(at(7), 9, false, 500)).toEqual(at(9));
    expect(afterRecords(at(7), 12, true, 500)).toEqual(at(12, 500));
  });

  it('is behind while records are on their way, and has lost them when they do not come until the next look', () => {
    const behind = afterLook(at(7), 9, 500);
    expect([behind, continuity([behind])]).toEqual([at(7, 100, 9), { sinceMs: 100, isBehind: true }]);
    const caughtUp = afterRecords(behind, 9, false, 600);
    expect(continuity([caughtUp])).toEqual({ sinceMs: 100, isBehind: false });
    expect(afterLook(behind, 9, 700)).toEqual(at(9, 700));
    expect(afterLook(afterRecords(behind, 9, false, 600), 11, 700)).toEqual(at(9, 100, 11));
  });

  it('has lost what an ended instance was about to be given, where the journal is ahead', () => {
    expect(afterLook(at(7, 100, UNKNOWN), 7, 500)).toEqual(at(7));
    expect(afterLook(at(7, 100, UNKNOWN), 9, 500)).toEqual(at(9, 500));
    expect(afterLook(afterRecords(at(7, 100, UNKNOWN), 9, false, 400), 10, 500)).toEqual(at(9, 100, 10));
    expect(continuity([at(7, 100, UNKNOWN)])).toEqual({ sinceMs: null, isBehind: true });
  });

  it('begins anew where the journal says that it lost something, and where the journal is another one', () => {
    expect(afterHead(at(7), 9, 500)).toEqual(at(9, 500));
    expect(afterHead(at(9), 9, 500)).toEqual(at(9));
    expect(afterLook(at(9), 3, 500)).toEqual(at(3, 500));
  });

  it('begins anew when the clock is set back', () => {
    expect(afterRecords(at(7, 1_000), 8, false, 500)).toEqual(at(8, 500));
    expect(afterLook(at(7, 1_000), 7, 500)).toEqual(at(7, 500));
  });

  it('is known as well as the worst of its journals', () => {
    expect(continuity([at(7, 100), at(3, 200, 5)])).toEqual({ sinceMs: 200, isBehind: true });
    expect(continuity([at(7), null])).toEqual({ sinceMs: null, isBehind: true });
  });
});

describe('counts', () => {
  const grouped = ruleOf({ condition: { ...COUNT_ERRORS, groupBy: 'service' } });
  const counts = new Map([
    ['a', 3],
    ['b', 12],
    ['(other)', 40],
  ]);

  it('prove that there is more than the threshold, and nothing about less', () => {
    expect(countsProve(grouped, counts)).toEqual({ values: [{ group: 'b', value: 12 }], rest: 'unseen' });
    expect(countsProve(ruleOf(), new Map([['', 10]]))).toBeNull();
    const silent = ruleOf({ condition: SILENCE });
    expect(countsProve(silent, new Map([['', 1]]))).toEqual({ values: [{ group: '', value: 1 }], rest: 'unseen' });
    expect(countsProve(silent, new Map([['', 0]]))).toBeNull();
  });

  it('alone say of a rule with one group also that there is nothing', () => {
    expect(countsAlone(ruleOf(), new Map())).toEqual({ values: [{ group: '', value: 0 }], rest: 'zero' });
    expect(countsAlone(grouped, new Map([['a', 3]]))).toEqual({ values: [{ group: 'a', value: 3 }], rest: 'zero' });
  });

  it('decide where the whole window was counted without a gap, by every group', () => {
    const now = 1_000_000;
    const whole = { sinceMs: now - 300_000, isBehind: false };
    expect(decides(ruleOf(), new Map(), whole, now)).toBe(true);
    expect(decides(ruleOf(), new Map(), { ...whole, sinceMs: now - 299_999 }, now)).toBe(false);
    expect(decides(ruleOf(), new Map(), { ...whole, sinceMs: null }, now)).toBe(false);
    expect(decides(grouped, counts, whole, now)).toBe(false);
  });

  it('decide that there is too little only where nothing is on its way, and never of which group', () => {
    const now = 1_000_000;
    const whole = { sinceMs: 0, isBehind: false };
    const silent = ruleOf({ condition: SILENCE });
    expect(decides(silent, new Map(), whole, now)).toBe(true);
    expect(decides(silent, new Map(), { ...whole, isBehind: true }, now)).toBe(false);
    expect(decides(ruleOf(), new Map(), { ...whole, isBehind: true }, now)).toBe(true);
    expect(decides(ruleOf({ condition: { ...BELOW, groupBy: 'service' } }), new Map(), whole, now)).toBe(false);
  });

  it('and a search give the larger of both, and what is not known stays so unless it is proven', () => {
    const searched = (values: { group: string; value: number | null }[], rest: 'zero' | 'unseen') => ({ values, rest });
    expect(larger(grouped, searched([{ group: 'b', value: 20 }], 'zero'), counts).values).toEqual([
      { group: 'b', value: 20 },
      { group: 'a', value: 3 },
    ]);
    expect(larger(grouped, searched([{ group: 'b', value: 2 }], 'zero'), counts).values).toEqual([
      { group: 'b', value: 12 },
      { group: 'a', value: 3 },
    ]);
    expect(larger(grouped, searched([{ group: 'a', value: null }], 'unseen'), counts)).toEqual({
      values: [
        { group: 'a', value: null },
        { group: 'b', value: 12 },
      ],
      rest: 'unseen',
    });
  });

  it('are near the threshold from seven tenths of it on, and not any more when they pass it', () => {
    const near = (value: number) => isNear(ruleOf(), new Map([['', value]]));
    expect([7, 8, 10, 11].map(near)).toEqual([false, true, true, false]);
    expect(isNear(ruleOf({ condition: SILENCE }), new Map([['', 0]]))).toBe(false);
  });
});

describe('a tally', () => {
  const NOW = 1_700_000_000_000;

  function counterOf(rule: AlertRule): RuleCounter {
    const compiled = compileCounter(rule);
    if (!compiled.ok || compiled.value === null) throw new Error('no counter');
    return { ...compiled.value, ruleId: rule.id, windowSeconds: rule.windowSeconds };
  }

  function partsOf(records: Json[]) {
    const batch = new BatchBuilder({ stream: 'logs', service: 'test', nowMs: NOW }, batchIds(NOW), true);
    for (const record of records) batch.add(record);
    batch.finish();
    return batch.parts.map((part) => ({ part: { ...part, firstSeq: 1 }, skip: 0 }));
  }

  async function totals(fresh: Parameters<typeof tally>[0], rules: AlertRule[], onTurn = () => undefined) {
    const turn = async () => onTurn();
    const counted = await tally(fresh, rules.map(counterOf), { nowMs: NOW, turn });
    return Object.fromEntries(
      [...counted].map(([{ ruleId }, groups]) => [
        ruleId,
        Object.fromEntries(
          [...groups].map(([group, buckets]) => [group, [...buckets.values()].reduce((a, b) => a + b)]),
        ),
      ]),
    );
  }

  it('counts what matches, by group, and by the record’s own time', async () => {
    const rule = ruleOf({ condition: { ...COUNT_ERRORS, groupBy: 'service' } });
    const fresh = partsOf([
      { level: 'error', service: 'a' },
      { level: 'error', service: 'a', ts: NOW - 299_000 },
      { level: 'error', service: 'a', ts: NOW - 301_000 },
      { level: 'error', service: 'a', ts: NOW + 4_000 },
      { level: 'error', service: 'a', ts: NOW + 6_000 },
      { level: 'error', service: 'b' },
      { level: 'info', service: 'b' },
      { level: 'error', service: 'c', stream: 'vitals', type: 'x' },
    ]);
    expect(await totals(fresh, [rule])).toEqual({ [rule.id]: { a: 3, b: 1 } });
  });

  it('tells a thousand groups of a publication apart, and counts the rest as one: a list of identifiers fills no memory', async () => {
    const rule = ruleOf({ condition: { ...COUNT_ERRORS, groupBy: 'tag' } });
    const list = (from: number) => Array.from({ length: 200 }, (_, i) => `t${from + i}`);
    const fresh = partsOf([
      { level: 'error', attrs: { tag: 't0' } },
      ...Array.from({ length: 20 }, (_, i) => i * 200).map((from) => ({ level: 'error', attrs: { tag: list(from) } })),
      { level: 'error', attrs: { tag: 't0' } },
    ]);
    const { [rule.id]: counts = {} } = await totals(fresh, [rule]);
    expect(Object.keys(counts)).toHaveLength(1_001);
    expect([counts.t0, counts['(other)']]).toEqual([3, 3_000]);
  });

  it('leaves out what was counted before', async () => {
    const [fresh] = partsOf([{ level: 'error' }, { level: 'error' }, { level: 'error' }]);
    if (!fresh) throw new Error('no part');
    expect(await totals([{ ...fresh, skip: 2 }], [ruleOf()])).toEqual({ [ruleOf().id]: { '': 1 } });
  });

  it('does not unpack a part whose summary says that nothing in it matches', async () => {
    const [fresh] = partsOf([{ level: 'info' }, { level: 'warn' }]);
    if (!fresh) throw new Error('no part');
    const sealed = (change: Partial<(typeof fresh)['part']['summary']>) => ({
      skip: 0,
      part: {
        ...({ stream: 'logs', firstSeq: 1, codec: 'raw', rawBytes: 1 } as const),
        summary: { ...fresh.part.summary, ...change },
        get data(): Uint8Array {
          throw new Error('it was unpacked');
        },
      },
    });
    const everything = ruleOf({ condition: { ...COUNT_ERRORS, query: '' } });
    expect(await totals([sealed({})], [ruleOf()])).toEqual({});
    expect(await totals([sealed({ maxTs: NOW - 300_001 })], [everything])).toEqual({});
    await expect(totals([sealed({})], [everything])).rejects.toThrow('it was unpacked');
  });

  it('gives the event loop a turn after 10,000 looks at lines', async () => {
    let turns = 0;
    const fresh = partsOf(Array.from({ length: 500 }, () => ({ level: 'error' })));
    const rules = Array.from({ length: 50 }, (_, i) => ruleOf({ id: `rul_${i}` }));
    await totals(fresh, rules, () => void turns++);
    expect(turns).toBe(2);
  });

  it('gives it sooner where lines are long', async () => {
    let turns = 0;
    const fresh = partsOf(Array.from({ length: 10 }, () => ({ level: 'error', message: 'x'.repeat(100_000) })));
    const rules = Array.from({ length: 50 }, (_, i) => ruleOf({ id: `rul_${i}` }));
    await totals(fresh, rules, () => void turns++);
    expect(turns).toBeGreaterThanOrEqual(3);
  });
});

describe('the next evaluation of a rule', () => {
  it.each([
    [10, null, 10_000],
    [120, null, 20_000],
    [360, null, 60_000],
    [86_400, null, 60_000],
    [86_400, 5_000, 5_000],
    [86_400, 0, 1_000],
    [60, 90_000, 10_000],
  ])('of a window of %i s whose state changes after %s ms is after %i ms', (windowSeconds, stateMs, afterMs) => {
    const now = 1_000_000;
    expect(nextDueMs(ruleOf({ windowSeconds }), stateMs === null ? null : now + stateMs, now)).toBe(now + afterMs);
  });

  it('is none for one that is disabled, unless somebody is still owed a word', () => {
    expect(nextDueMs(ruleOf({ enabled: false }), null, 1)).toBeNull();
    expect(nextDueMs(ruleOf({ enabled: false }), 60_000, 1)).toBe(60_000);
  });
});

describe('the status of a rule', () => {
  it('has the worst of its groups and of its values', () => {
    const observed = {
      values: [
        { group: 'a', value: 3 },
        { group: 'b', value: null },
        { group: 'c', value: 9 },
      ],
      rest: 'zero',
    } as const;
    expect([worstValue(ruleOf(), observed), worstValue(ruleOf({ condition: BELOW }), observed)]).toEqual([9, 3]);
    expect(worstValue(ruleOf(), { values: [], rest: 'zero' })).toBe(0);
    expect(worstValue(ruleOf(), { values: [], rest: 'unseen' })).toBeNull();
    expect(worstValue(ruleOf(), null)).toBeNull();
    const evaluation = { value: 9, evaluatedAtMs: 5, problem: null, failures: 0 };
    const counts = [
      { ruleId: 'r', state: 'pending', firings: 2 },
      { ruleId: 'other', state: 'firing', firings: 7 },
    ] as const;
    expect(statusOf({ id: 'r' }, evaluation, counts)).toMatchObject({ state: 'pending', pending: 2, firing: 0 });
    expect(statusOf({ id: 'other' }, evaluation, counts)).toMatchObject({ state: 'firing', firing: 7 });
    expect(statusOf({ id: 'none' }, evaluation, counts)).toMatchObject({
      state: 'inactive',
      value: 9,
      evaluatedAtMs: 5,
    });
    const troubled = (failures: number) =>
      statusOf({ id: 'r' }, { ...evaluation, problem: 'Away.', failures }, []).problem;
    expect([troubled(1), troubled(3)]).toEqual(['Away.', 'Away. So in 3 evaluations in a row.']);
  });
});
