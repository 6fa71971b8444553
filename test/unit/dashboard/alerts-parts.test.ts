import { describe, expect, it } from 'vitest';
import { causeOf, causeSpan } from '../../../src/dashboard/pages/alerts/firing/cause-link.ts';
import { headlineOf } from '../../../src/dashboard/pages/alerts/firing/firing-headline.ts';
import {
  changed,
  heldCount,
  inOrder,
  refreshed,
  released,
} from '../../../src/dashboard/pages/alerts/firing/firing-list.ts';
import { silenceTimes } from '../../../src/dashboard/pages/alerts/firing/silence-times.ts';
import { recordOf } from '../../../src/dashboard/pages/alerts/pairs.ts';
import { againstWords, conditionWords, spanWords } from '../../../src/dashboard/pages/alerts/rule-words.ts';
import { minuteOf, minuteText } from '../../../src/dashboard/pages/alerts/rules/minute-text.ts';
import { firingSpans, limitOf, previewLines } from '../../../src/dashboard/pages/alerts/rules/preview-lines.ts';
import {
  freshCondition,
  freshRule,
  inputOf,
  isComplete,
  KINDS,
  previewKey,
  rebased,
} from '../../../src/dashboard/pages/alerts/rules/rule-draft.ts';
import type { AlertRule, Condition, Firing, RulePreview } from '../../../src/wire/alerts.ts';

const NOW_MS = 1_800_000_000_000;
const MINUTE_MS = 60_000;
const NBSP = '\u00a0';

const firing = (change: Partial<Firing> = {}): Firing => ({
  ...{ id: 'frg_1', ruleId: 'rul_1', ruleName: 'Errors', severity: 'warning', labels: {}, group: '', state: 'firing' },
  ...{ pendingSinceMs: NOW_MS - 5 * MINUTE_MS, firedAtMs: NOW_MS - 4 * MINUTE_MS, resolvedAtMs: null },
  ...{ value: 12, threshold: 10, summary: '', notices: 1, lastNoticeAtMs: null, quiet: null, acknowledged: null },
  ...change,
});
const rule = (change: Partial<AlertRule> = {}): AlertRule => ({
  ...{ ...freshRule(), id: 'rul_1', projectId: 'p', version: 1, createdAtMs: 0, changedAtMs: 0, changedBy: 'u' },
  ...change,
});
const ids = (rows: readonly Firing[]) => rows.map(({ id }) => id);

describe('the list of alerts', () => {
  const rows = [
    firing({ id: 'over', state: 'resolved', resolvedAtMs: NOW_MS, severity: 'critical' }),
    firing({ id: 'info', severity: 'info' }),
    firing({ id: 'old', severity: 'critical', pendingSinceMs: 1 }),
    firing({ id: 'new', severity: 'critical', pendingSinceMs: 2 }),
    firing({ id: 'soon', state: 'pending', severity: 'critical' }),
    firing({ id: 'before', state: 'resolved', resolvedAtMs: NOW_MS - 1, severity: 'critical' }),
  ];

  it('begins with what fires, the worst and then the newest first, and ends with what was over longest ago', () => {
    expect(ids(inOrder(rows))).toEqual(['new', 'old', 'info', 'soon', 'over', 'before']);
  });

  it('changes rows in place under a reader, and moves, adds and takes away none until he looks elsewhere', () => {
    const list = refreshed(null, [firing({ id: 'a' }), firing({ id: 'b' })], false);
    const newest = [firing({ id: 'c' }), firing({ id: 'b', value: 99 })];
    const held = refreshed(list, newest, true);
    expect(ids(held.rows)).toEqual(['a', 'b']);
    expect(held.rows[1]?.value).toBe(99);
    expect(heldCount(held)).toBe(1);
    expect(ids(released(held).rows)).toEqual(['c', 'b']);
    expect(released(held).next).toBeNull();
  });

  it('holds nothing back where only values changed', () => {
    const list = refreshed(null, [firing({ id: 'a' })], false);
    const held = refreshed(list, [firing({ id: 'a', value: 1 })], true);
    expect([held.next, heldCount(held)]).toEqual([null, 0]);
  });

  it('shows a change of a row that is shown and of the same row that waits to be shown', () => {
    const list = { rows: [firing({ id: 'a' })], next: [firing({ id: 'b' }), firing({ id: 'a' })] };
    const after = changed(list, 'a', (row) => ({ ...row, quiet: 'silenced' }));
    expect([after.rows[0]?.quiet, after.next?.[0]?.quiet, after.next?.[1]?.quiet]).toEqual([
      'silenced',
      null,
      'silenced',
    ]);
  });
});

describe('the headline of alerts', () => {
  const listed = (change = {}) => ({ ...rule(), status: null, ...change });
  const problem = { ruleId: 'rul_1', state: 'inactive', value: null, evaluatedAtMs: 1, firing: 0, pending: 0 } as const;

  it('names the only one that fires, for whom and since when', () => {
    const known = { rows: [firing({ group: 'api', severity: 'critical' })], hasMore: false, rules: [listed()] };
    expect(headlineOf(known, NOW_MS)).toEqual({
      ...{ tone: 'bad', text: `Errors fires for api; it began 5${NBSP}min ago`, detail: `1${NBSP}rule watches.` },
    });
  });

  it('counts several by severity and says how many nobody is told of', () => {
    const rows = [
      firing({ id: 'a', severity: 'critical', pendingSinceMs: NOW_MS - 60 * MINUTE_MS }),
      firing({ id: 'b', ruleName: 'Slow', quiet: 'silenced' }),
      firing({ id: 'c', state: 'pending' }),
    ];
    expect(headlineOf({ rows, hasMore: true, rules: null }, NOW_MS)).toEqual({
      ...{ tone: 'bad', text: `2 or more alerts fire: 1 critical, 1 warning; the longest for 1${NBSP}h` },
      detail: '1 is not told. 1 pending. Errors, Slow.',
    });
  });

  it('is not green where a rule knows nothing, or something is pending', () => {
    const unknown = listed({ status: { ...problem, problem: 'Too few events' } });
    const headline = (rows: Firing[], rules = [listed()]) => headlineOf({ rows, hasMore: false, rules }, NOW_MS).tone;
    expect([headline([]), headline([], [unknown]), headline([firing({ state: 'pending' })])]).toEqual([
      ...['ok', 'warn', 'warn'],
    ]);
  });
});

describe('where the cause of an alert is looked for', () => {
  const span = causeSpan(firing({ resolvedAtMs: NOW_MS - MINUTE_MS }), 300, NOW_MS);
  const cause = (condition: Condition, change: Partial<Firing> = {}) => {
    const { path, params } = causeOf(firing(change), condition, span);
    return {
      path,
      ...Object.fromEntries(Object.entries(params).filter(([name]) => !['from', 'to', 'range'].includes(name))),
    };
  };

  it('begins a window before the condition held and ends with it, or now', () => {
    expect(span).toEqual({ fromMs: NOW_MS - 10 * MINUTE_MS, toMs: NOW_MS - MINUTE_MS });
    expect(causeSpan(firing(), 300, NOW_MS).toMs).toBe(NOW_MS);
  });

  it('is the same search for the group that fires, but for the group of all others', () => {
    const condition: Condition = {
      ...{ kind: 'log_count', stream: 'spans', query: 'a OR b', comparison: 'above', threshold: 1, groupBy: 'service' },
    };
    expect(cause(condition, { group: 'my api' })).toEqual({
      ...{ path: '/logs', stream: 'spans', q: '(a OR b) service:"my api"' },
    });
    expect(cause(condition, { group: '(other)' })).toMatchObject({ q: 'a OR b' });
  });

  it('is the group of errors, the vital with its labels, the fraud events with their score', () => {
    expect(cause({ kind: 'error_rate', fingerprint: null, threshold: 1 }, { group: 'a/b' })).toEqual({
      path: '/errors/a%2Fb',
    });
    const measure = { ...freshCondition('measure'), by: 'page', labels: { device: 'mobile', team: 'x' } } as Condition;
    expect(cause(measure, { group: '/cart' })).toEqual({
      ...{ path: '/vitals', vital: 'LCP', device: 'mobile', page: '/cart' },
    });
    expect(cause({ kind: 'fraud_score', minScore: 80, threshold: 1 })).toEqual({ path: '/fraud', min: '80' });
  });

  it('is somewhere for every kind of condition', () => {
    for (const kind of KINDS)
      expect(cause(freshCondition(kind)).path).toMatch(/^\/(logs|vitals|operations|errors|fraud)/);
  });
});

describe('what a rule says', () => {
  it.each([
    ['log_count', `More than 10${NBSP}records of logs that match level:>=error in 5${NBSP}min`],
    ['silence', `No record of logs in 5${NBSP}min`],
    ['measure', `LCP p75 above 4${NBSP}s in 5${NBSP}min`],
    ['error_rate', `More than 10${NBSP}errors of any one group in 5${NBSP}min`],
    ['fraud_score', `More than 5${NBSP}fraud events with a score of 80 or more in 5${NBSP}min`],
    ['cookie_bloat', `Largest Cookie header of today above 4.1${NBSP}kB`],
    ['anomaly', 'p2p share of failures of operations out of what is usual for the hour'],
  ] as const)('in words, of %s', (kind, words) => {
    expect(conditionWords(freshCondition(kind), 300)).toBe(words);
  });

  it('has its window in the largest unit that holds it', () => {
    expect([spanWords(90), spanWords(300), spanWords(7_200), spanWords(86_400)]).toEqual([
      ...[`90${NBSP}s`, `5${NBSP}min`, `2${NBSP}h`, `1${NBSP}day`],
    ]);
  });

  it('sets its value against the threshold in their unit', () => {
    const condition = freshCondition('measure');
    expect(againstWords(5_200, 4_000, condition)).toBe(`5.2${NBSP}s above 4${NBSP}s`);
    expect(againstWords(null, 4_000, condition)).toBe(`unknown, threshold 4${NBSP}s`);
    expect(againstWords(3, 10, null)).toBe('3, threshold 10');
  });
});

describe('the draft of a rule', () => {
  it('is complete of every kind as it begins, but for a name, and not with an empty number', () => {
    for (const kind of KINDS) expect(isComplete(freshRule(freshCondition(kind)))).toBe(true);
    expect(isComplete(freshRule({ kind: 'error_rate', fingerprint: null, threshold: Number.NaN }))).toBe(false);
  });

  it('is tried anew when what fires changes, not when its name or its receivers do', () => {
    const draft = freshRule();
    const key = previewKey(draft);
    expect(previewKey({ ...draft, name: 'x', severity: 'critical', labels: { a: 'b' }, destinationIds: ['d'] })).toBe(
      key,
    );
    expect(previewKey({ ...draft, forSeconds: 60 })).not.toBe(key);
  });

  it('keeps its changes where somebody else changed other things, and sends no member that the API refuses', () => {
    const base = inputOf(rule({ name: 'a' }));
    const theirs = rule({ name: 'theirs', severity: 'critical', version: 4 });
    const draft = rebased(base, { ...base, name: 'mine' }, theirs);
    expect(draft).toMatchObject({ name: 'mine', severity: 'critical' });
    expect(Object.keys(draft)).not.toContain('version');
  });

  it('leaves out labels without a name', () => {
    expect(
      recordOf([
        { name: ' team ', value: ' a ' },
        { name: '', value: 'x' },
      ]),
    ).toEqual({ team: 'a' });
  });

  it('has minutes of the day as a clock has them', () => {
    expect([minuteText(0), minuteText(1_439), minuteOf('22:05'), minuteOf('')]).toEqual([
      '00:00',
      '23:59',
      1_325,
      null,
    ]);
  });
});

describe('a preview', () => {
  const preview: RulePreview = {
    ...{ fromMs: 0, toMs: 600, stepMs: 100, threshold: 10, comparison: 'below', notices: 1, complete: true },
    series: [
      {
        group: 'a',
        points: [
          { ts: 100, value: 1 },
          { ts: 300, value: 3 },
        ],
      },
      { group: 'b', points: [{ ts: 200, value: 2 }] },
    ],
    firings: [{ group: '', firedAtMs: 200, resolvedAtMs: null, value: 1 }],
    countedFromMs: 0,
  };
  const condition = freshCondition('log_count');

  it('has a line for each group over the same times, with gaps where nothing was known', () => {
    const { times, lines } = previewLines(preview, condition);
    expect(times).toEqual([100, 200, 300]);
    expect(lines.map(({ label, values }) => [label, values])).toEqual([
      ['a', [1, null, 3]],
      ['b', [null, 2, null]],
    ]);
  });

  it('draws what still fires to its end, and the threshold with its side', () => {
    expect(firingSpans(preview)).toEqual([{ fromMs: 200, toMs: 600, text: 'fires' }]);
    expect(limitOf(preview, condition)).toEqual({ value: 10, word: 'threshold: below 10' });
    expect(limitOf({ ...preview, threshold: null }, condition)).toBeNull();
  });
});

describe('the times of a silence', () => {
  it('are one hour, four, and tomorrow morning in the time of the reader', () => {
    const nowMs = new Date(2_026, 10, 27, 23, 30).getTime();
    expect(silenceTimes(nowMs).map(({ untilMs }) => untilMs)).toEqual([
      ...[nowMs + 60 * MINUTE_MS, nowMs + 240 * MINUTE_MS, new Date(2_026, 10, 28, 8).getTime()],
    ]);
  });
});
