import { describe, expect, it } from 'vitest';
import { covers, expiredBeforeMs, expiresAtMs, infrequentToDay } from '../../src/archive/keep/keep.ts';
import { GATHER_MS, MAX_OBJECT_BLOCKS, MAX_OBJECT_BYTES, planBatches } from '../../src/archive/move/plan.ts';
import { HOT_DELAY_MS, hotDaysInForce, hotDelayMs, isNearlyFull } from '../../src/archive/move/pressure.ts';
import type { HotBlock } from '../../src/blocks/index.ts';
import { DEFAULT_RETENTION_DAYS } from '../../src/wire/archive.ts';
import type { Stream } from '../../src/wire/record.ts';

const DAY_MS = 86_400_000;
const GB = 1_000_000_000;

describe('the hot period in force', () => {
  it.each([
    [30, 0, 30],
    [30, 7.99, 30],
    [30, 8, 30],
    [30, 8.5, 20],
    [30, 9, 10],
    [30, 9.4, 2],
    [30, 9.5, 1],
    [30, 12, 1],
    [1, 9.9, 1],
    [400, 8.75, 200],
  ])('of %i days with %f of 10 GB used is %i', (hotDays, sizeGb, days) => {
    expect(hotDaysInForce(hotDays, { sizeBytes: sizeGb * GB, limitBytes: 10 * GB })).toBe(days);
  });

  it('goes with no delay once the database is relieved', () => {
    expect(hotDelayMs({ sizeBytes: 8 * GB, limitBytes: 10 * GB })).toBe(HOT_DELAY_MS);
    expect(hotDelayMs({ sizeBytes: 8 * GB + 1, limitBytes: 10 * GB })).toBe(0);
    expect(isNearlyFull({ sizeBytes: 8 * GB + 1, limitBytes: 10 * GB })).toBe(true);
  });
});

describe('a plan', () => {
  const HOT_MS = 30 * DAY_MS;
  const NOW_MS = Date.parse('2027-01-30T12:00:00Z');
  /** 2026-12-31T12:00Z: what is newer is hot. */
  const DUE_MS = NOW_MS - HOT_MS;
  let next = 0;
  const block = (maxTs: number, rest: Partial<HotBlock> = {}): HotBlock => ({
    ...{ id: `b${next++}`, stream: 'logs', records: 1, minTs: maxTs - 5, maxTs, rawBytes: 100, packedBytes: 10 },
    ...{ sha256: '', sealedAtMs: maxTs, ...rest },
  });
  const shape = (due: HotBlock[], options: Partial<Parameters<typeof planBatches>[1]> = {}) =>
    planBatches(due, { nowMs: NOW_MS, hotMs: HOT_MS, isWhole: true, isPatient: true, ...options }).map(
      ({ day, stream, blocks }) => `${day} ${stream} ${blocks.length}`,
    );

  it('keeps days and streams apart, across the end of a year', () => {
    const lastOfYear = Date.parse('2026-12-30T23:59:59.999Z');
    const due = [
      block(lastOfYear - 10),
      block(lastOfYear - 9, { stream: 'spans' }),
      block(lastOfYear),
      block(lastOfYear + 1),
    ];
    expect(shape(due, { nowMs: NOW_MS + DAY_MS })).toEqual([
      '2026-12-30 logs 2',
      '2026-12-30 spans 1',
      '2026-12-31 logs 1',
    ]);
  });

  it('knows the leap day', () => {
    const leap = Date.parse('2028-02-29T10:00:00Z');
    const due = [block(leap - DAY_MS), block(leap), block(leap + DAY_MS)];
    expect(shape(due, { nowMs: leap + 40 * DAY_MS })).toEqual([
      '2028-02-28 logs 1',
      '2028-02-29 logs 1',
      '2028-03-01 logs 1',
    ]);
  });

  it('lets a day that is due in part wait for its rest, for six hours at most, and not where somebody asks', () => {
    const due = [block(DUE_MS - 1_000)];
    expect(shape(due)).toEqual([]);
    expect(shape(due, { isPatient: false })).toEqual(['2026-12-31 logs 1']);
    expect(shape([block(DUE_MS - GATHER_MS)])).toEqual(['2026-12-31 logs 1']);
  });

  it('writes an object as soon as it is full, by bytes or by blocks', () => {
    const large = Array.from({ length: 17 }, (_, i) => block(DUE_MS - 1_000 + i, { packedBytes: 1024 * 1024 }));
    expect(MAX_OBJECT_BYTES).toBe(16 * 1024 * 1024);
    expect(shape(large)).toEqual(['2026-12-31 logs 16']);
    const many = Array.from({ length: 2 * MAX_OBJECT_BLOCKS + 1 }, (_, i) => block(DUE_MS - 1_000 + i));
    expect(shape(many)).toEqual([`2026-12-31 logs ${MAX_OBJECT_BLOCKS}`, `2026-12-31 logs ${MAX_OBJECT_BLOCKS}`]);
  });

  it('of a list that was cut leaves the last day until it is seen to its end, unless nothing else is there', () => {
    const old = Date.parse('2026-11-01T00:00:00Z');
    const due = [block(old), block(old + DAY_MS)];
    expect(shape(due, { isWhole: false })).toEqual(['2026-11-01 logs 1']);
    expect(shape(due.slice(1), { isWhole: false })).toEqual(['2026-11-02 logs 1']);
    expect(shape([])).toEqual([]);
    expect(shape([], { isWhole: false })).toEqual([]);
  });
});

describe('retention', () => {
  const settings = {
    ...{ hotDays: 30, retentionDays: DEFAULT_RETENTION_DAYS, infrequentAfterDays: 90, warehouse: false },
    retentionDaysByStream: { spans: 60 } as Partial<Record<Stream, number>>,
  };
  const span = (stream: Stream, maxTs: number) => ({ stream, minTs: maxTs - 10, maxTs });
  it.each([
    ['logs', '2026-11-27T10:00:00Z', '2033-11-27T10:00:00Z'],
    ['logs', '2028-02-29T00:00:00Z', '2035-03-01T00:00:00Z'], // seven years hold one or two leap days; the default counts two
    ['spans', '2026-12-31T23:59:59.999Z', '2027-03-01T23:59:59.999Z'],
    ['spans', '2027-12-31T00:00:00Z', '2028-02-29T00:00:00Z'],
  ] as const)('of %s of %s ends at %s', (stream, newest, ends) => {
    const maxTs = Date.parse(newest);
    expect(new Date(expiresAtMs(settings, span(stream, maxTs))).toISOString()).toBe(new Date(ends).toISOString());
    expect(maxTs < expiredBeforeMs(settings, stream, Date.parse(ends))).toBe(false);
    expect(maxTs < expiredBeforeMs(settings, stream, Date.parse(ends) + 1)).toBe(true);
  });

  it.each([
    ['2027-04-01T00:00:00Z', '2026-12-31'],
    ['2027-03-31T23:59:59Z', '2026-12-30'],
    ['2028-05-29T00:00:00Z', '2028-02-28'],
    ['2028-05-30T00:00:00Z', '2028-02-29'],
  ])('at %s what has been over for 90 days ends with %s', (now, day) => {
    expect(infrequentToDay(settings, Date.parse(now))).toBe(day);
  });
});

describe('a legal hold', () => {
  const span = { stream: 'logs' as const, minTs: 100, maxTs: 200 };
  const hold = { stream: null, fromMs: 0, toMs: null, releasedAtMs: null };
  it.each([
    ['of everything', {}, true],
    ['of its stream', { stream: 'logs' as const }, true],
    ['of another stream', { stream: 'spans' as const }, false],
    ['that was released', { releasedAtMs: 5 }, false],
    ['from its last record on', { fromMs: 200 }, true],
    ['from behind it on', { fromMs: 201 }, false],
    ['up to its first record, which it does not have', { toMs: 100 }, false],
    ['up to behind its first record', { toMs: 101 }, true],
    ['within it', { fromMs: 150, toMs: 151 }, true],
  ])('%s keeps an archive: %s', (_, change, kept) => {
    expect(covers({ ...hold, ...change }, span)).toBe(kept);
  });
});
