import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  answered,
  type Clock,
  clockState,
  clocksOf,
  firstNoticeMs,
  type NewClock,
  noticesDue,
  placeInList,
  withClocks,
} from '../../src/compliance/breaches/register/clocks.ts';
import { BUILT_IN_REGIMES } from '../../src/compliance/regimes/built-in.ts';
import type { Regime } from '../../src/wire/compliance.ts';

const HOUR_MS = 3_600_000;
const at = (iso: string): number => Date.parse(iso);
const iso = (ms: number): string => new Date(ms).toISOString();
const [gdpr, dpdp] = BUILT_IN_REGIMES as [Regime, Regime];
const own = (within: Regime['breachDuties'][number]['within'], timeZone = 'UTC'): Regime => ({
  ...{
    id: 'own',
    name: 'Own',
    builtIn: false,
    version: 3,
    timeZone,
    erasureWithin: { days: 1 },
    reportSections: [],
    source: '',
  },
  breachDuties: [
    {
      ...{
        id: 'duty',
        label: 'Duty',
        toWhom: 'authority',
        within,
        remindBeforeMs: [],
        when: 'always',
        source: 'Policy',
      },
    },
  ],
});
const dues = (regime: Regime, awareAtMs: number, highRisk = false) =>
  clocksOf(regime, { awareAtMs, highRisk }).map(({ id, dueAtMs }) => [id, iso(dueAtMs)]);

describe('the clocks of a breach', () => {
  it('run for the authority under the GDPR, and for those affected where the risk is high', () => {
    const aware = at('2026-03-27T10:00:00Z'); // the clocks of Brussels go forward within
    expect(dues(gdpr, aware)).toEqual([['gdpr.authority_72h', '2026-03-30T10:00:00.000Z']]);
    expect(dues(gdpr, aware, true)).toEqual([
      ['gdpr.authority_72h', '2026-03-30T10:00:00.000Z'],
      ['gdpr.affected', '2026-03-27T10:00:00.000Z'],
    ]);
  });

  it('run for the Board and each Data Principal at once under the DPDP Act, and for the report 72 hours', () => {
    expect(dues(dpdp, at('2028-02-27T20:00:00Z'))).toEqual([
      ['dpdp.board_at_once', '2028-02-27T20:00:00.000Z'],
      ['dpdp.affected_at_once', '2028-02-27T20:00:00.000Z'],
      ['dpdp.board_72h', '2028-03-01T20:00:00.000Z'],
    ]);
  });

  it.each([
    ['days across a leap day', own({ days: 3 }), '2028-02-27T10:00:00Z', '2028-03-01T23:59:59.999Z'],
    ['a month from its 31st', own({ months: 1 }), '2026-01-31T10:00:00Z', '2026-02-28T23:59:59.999Z'],
    ['a month from the 31st of a leap year', own({ months: 1 }), '2028-01-31T10:00:00Z', '2028-02-29T23:59:59.999Z'],
    ['months over a year end', own({ months: 3 }), '2026-11-30T10:00:00Z', '2027-02-28T23:59:59.999Z'],
    [
      'days of a zone of half hours',
      own({ days: 1 }, 'Asia/Kolkata'),
      '2026-01-31T19:00:00Z',
      '2026-02-02T18:29:59.999Z',
    ],
    [
      'days over a change of clocks',
      own({ days: 2 }, 'Europe/Brussels'),
      '2026-10-24T10:00:00Z',
      '2026-10-26T22:59:59.999Z',
    ],
  ])('count %s', (_, regime, aware, due) => {
    expect(dues(regime, at(aware))).toEqual([['own.duty', due]]);
  });

  it('keep the version of their regime', () => {
    expect(clocksOf(own({ hours: 1 }), { awareAtMs: 0, highRisk: false })).toMatchObject([
      { regimeId: 'own', regimeVersion: 3 },
    ]);
  });
});

const DUE_MS = at('2026-06-04T12:00:00Z');
const AWARE_MS = DUE_MS - 72 * HOUR_MS;
const clock = (more: Partial<Clock> = {}): Clock => ({
  ...{
    id: 'own.duty',
    regimeId: 'own',
    regimeVersion: 1,
    label: 'Duty',
    toWhom: 'authority',
    source: 'Policy',
    dueAtMs: DUE_MS,
  },
  ...{
    remindBeforeMs: [24 * HOUR_MS, HOUR_MS],
    withdrawn: false,
    doneAtMs: null,
    notNeeded: false,
    doneBy: null,
    note: null,
  },
  ...{ nextNoticeMs: null, ...more },
});

describe('a clock', () => {
  it.each<[string, Partial<Clock>, number, string]>([
    ['runs until its last millisecond', {}, DUE_MS, 'running'],
    ['is overdue after it', {}, DUE_MS + 1, 'overdue'],
    ['is done in time up to its last millisecond', { doneAtMs: DUE_MS }, DUE_MS + HOUR_MS, 'done'],
    ['is done late after it', { doneAtMs: DUE_MS + 1 }, DUE_MS + HOUR_MS, 'done_late'],
    ['is not needed where somebody said so', { notNeeded: true }, DUE_MS + HOUR_MS, 'not_needed'],
    ['that is due at once counts up', { dueAtMs: AWARE_MS }, AWARE_MS + 1, 'overdue'],
    ['that is due at once is never done late', { dueAtMs: AWARE_MS, doneAtMs: DUE_MS }, DUE_MS, 'done'],
  ])('%s', (_, more, nowMs, state) => {
    expect(clockState(clock(more), AWARE_MS, nowMs)).toBe(state);
  });

  it('tells each reminder and that it is overdue, once, in their order', () => {
    const first = firstNoticeMs(clock(), AWARE_MS);
    expect(first).toBe(DUE_MS - 24 * HOUR_MS);
    const after = noticesDue(clock(), first, first);
    expect(after).toEqual({ due: [{ atMs: first, beforeMs: 24 * HOUR_MS }], nextMs: DUE_MS - HOUR_MS });
    expect(noticesDue(clock(), DUE_MS - HOUR_MS, DUE_MS)).toEqual({
      due: [{ atMs: DUE_MS - HOUR_MS, beforeMs: HOUR_MS }],
      nextMs: DUE_MS + 1,
    });
    expect(noticesDue(clock(), DUE_MS + 1, DUE_MS + 1)).toEqual({
      due: [{ atMs: DUE_MS + 1, beforeMs: null }],
      nextMs: null,
    });
  });

  it('tells all that came due while nobody ran', () => {
    const { due, nextMs } = noticesDue(clock(), firstNoticeMs(clock(), AWARE_MS), DUE_MS + 30 * 24 * HOUR_MS);
    expect([due.map(({ beforeMs }) => beforeMs), nextMs]).toEqual([[24 * HOUR_MS, HOUR_MS, null], null]);
  });

  it('that begins late tells no reminder of before, and that it is overdue all the same', () => {
    expect(firstNoticeMs(clock(), DUE_MS - 2 * HOUR_MS)).toBe(DUE_MS - HOUR_MS);
    expect(firstNoticeMs(clock(), DUE_MS + 5 * HOUR_MS)).toBe(DUE_MS + 1);
  });

  it('tells the same, each once, however the runs fall', () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 30 * HOUR_MS }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(gaps, (waits) => {
        let [nowMs, nextMs]: [number, number | null] = [AWARE_MS, firstNoticeMs(clock(), AWARE_MS)];
        const told: (number | null)[] = [];
        for (const waitMs of [...waits, 1_000 * HOUR_MS]) {
          nowMs += waitMs;
          if (nextMs === null || nextMs > nowMs) continue;
          const run = noticesDue(clock(), nextMs, nowMs);
          told.push(...run.due.map(({ beforeMs }) => beforeMs));
          nextMs = run.nextMs;
        }
        expect(told).toEqual([24 * HOUR_MS, HOUR_MS, null]);
      }),
    );
  });

  it('that is answered tells nothing, and goes on where the answer is taken back', () => {
    const running = clock({ nextNoticeMs: DUE_MS - HOUR_MS });
    const done = answered(running, { doneAtMs: AWARE_MS + 1, notNeeded: false, note: 'by mail' }, 'ann', AWARE_MS + 2);
    expect(done).toMatchObject({ nextNoticeMs: null, doneBy: 'ann', note: 'by mail' });
    const open = answered(done, { doneAtMs: null, notNeeded: false, note: null }, 'ann', DUE_MS - 2 * HOUR_MS);
    expect(open).toMatchObject({ nextNoticeMs: DUE_MS - HOUR_MS, doneBy: null });
  });

  it('is withdrawn with its regime and comes back as it was answered', () => {
    const due: NewClock[] = [clock()];
    const [first] = withClocks([], due, AWARE_MS) as [Clock];
    const done = answered(first, { doneAtMs: AWARE_MS, notNeeded: false, note: null }, 'ann', AWARE_MS);
    const [gone] = withClocks([done], [], AWARE_MS) as [Clock];
    expect(gone).toMatchObject({ withdrawn: true, nextNoticeMs: null });
    expect(withClocks([gone], due, AWARE_MS)).toEqual([done]);
    const [open] = withClocks(withClocks([first], [], AWARE_MS), due, DUE_MS - 2 * HOUR_MS) as [Clock];
    expect(open.nextNoticeMs).toBe(DUE_MS - HOUR_MS);
  });
});

describe('a list of breaches', () => {
  const open = { state: 'open', createdAtMs: 50, resolvedAtMs: null } as const;
  it.each([
    [
      'by the next clock that is open',
      open,
      [clock({ dueAtMs: 9 }), clock({ dueAtMs: 5 }), clock({ dueAtMs: 1, doneAtMs: 1 })],
      [0, 5],
    ],
    [
      'without clocks that are withdrawn',
      open,
      [clock({ dueAtMs: 9 }), clock({ dueAtMs: 5, withdrawn: true })],
      [0, 9],
    ],
    ['then by age where none runs', open, [clock({ doneAtMs: 1 }), clock({ notNeeded: true })], [1, 50]],
    [
      'and what is resolved last',
      { state: 'resolved', createdAtMs: 50, resolvedAtMs: 70 } as const,
      [clock()],
      [2, -70],
    ],
  ])('is in order %s', (_, breach, clocks, [rank, sortMs]) => {
    expect(placeInList(breach, clocks)).toEqual({ rank, sortMs });
  });
});
