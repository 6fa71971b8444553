import { describe, expect, it } from 'vitest';
import { ownSpanOf, ownSpanParams } from '../../../src/dashboard/lib/own-span.ts';
import { isPossible, lossesOf, settingsWords } from '../../../src/dashboard/pages/archives/actions/settings-words.ts';
import { archiveHeadline, days } from '../../../src/dashboard/pages/archives/archive-words.ts';
import type { ArchiveSettings, ArchiveStatus } from '../../../src/wire/archive.ts';

const HOUR_MS = 3_600_000;
const SETTINGS: ArchiveSettings = {
  ...{ hotDays: 30, retentionDays: 2_557, retentionDaysByStream: {}, infrequentAfterDays: 90, warehouse: false },
};
const STATUS: ArchiveStatus = {
  ...{ archives: 3, records: 1_000, rawBytes: 10, packedBytes: 1, oldestDay: '2024-02-29', newestDay: '2026-10-27' },
  hot: { blocks: 1, records: 5, rawBytes: 5, packedBytes: 1, oldestTs: 0 },
  ...{ lagMs: 0, due: 0, hotDaysInForce: 30, manifestSequence: 3, settings: SETTINGS },
};

describe('the headline of the archive', () => {
  it.each([
    [{}, 'ok', 'The past is complete'],
    [{ lagMs: 5 * HOUR_MS, due: 2 }, 'ok', 'The past is complete'],
    [{ lagMs: 6 * HOUR_MS, due: 2 }, 'warn', 'The move is 6\u00a0h behind'],
    [{ lagMs: 24 * HOUR_MS, due: 2 }, 'bad', 'The move is 1\u00a0d behind'],
    [{ hotDaysInForce: 12 }, 'warn', 'The past is complete, and moves early'],
    [{ archives: 0, oldestDay: null, newestDay: null }, 'ok', 'Nothing is older than 30\u00a0days yet'],
    [{ archives: 0, hot: { ...STATUS.hot, records: 0 } }, 'info', 'There is nothing to archive yet'],
  ])('of %j is %s: %s', (change, tone, text) => {
    expect(archiveHeadline({ ...STATUS, ...change })).toMatchObject({ tone, text });
  });
});

describe('the settings of the archive, in words', () => {
  it('say what differs for a stream, and years as years', () => {
    const words = settingsWords({ ...SETTINGS, retentionDaysByStream: { vitals: 400, logs: 2_557 } });
    expect(words).toContain(
      'Archives are deleted 7\u00a0years after their records, but vitals after 400\u00a0days. What a legal hold covers is not.',
    );
    expect([days(365), days(366), days(367), days(1)]).toEqual([
      '1\u00a0year',
      '1\u00a0year',
      '367\u00a0days',
      '1\u00a0day',
    ]);
  });

  it('name what a shorter retention deletes at once, and nothing that is younger or kept as long', () => {
    const nowMs = Date.parse('2026-11-27T12:00:00Z');
    const losses = (change: Partial<ArchiveSettings>) =>
      lossesOf(SETTINGS, { ...SETTINGS, ...change }, STATUS, nowMs).map(({ stream }) => stream);
    expect(losses({ retentionDaysByStream: { errors: 60 } })).toEqual(['errors']);
    expect(losses({ retentionDays: 2_000 })).toEqual([]);
    expect(losses({ retentionDays: 3_000 })).toEqual([]);
    expect(lossesOf(SETTINGS, { ...SETTINGS, retentionDays: 31 }, { ...STATUS, oldestDay: null }, nowMs)).toEqual([]);
  });

  it('are refused where something would go before it was archived', () => {
    expect(isPossible(SETTINGS)).toBe(true);
    expect(isPossible({ ...SETTINGS, retentionDays: 29 })).toBe(false);
    expect(isPossible({ ...SETTINGS, retentionDaysByStream: { logs: Number.NaN } })).toBe(false);
  });
});

describe('the time of a page about years', () => {
  it('is in the address, open at either end, and none where it is reversed', () => {
    expect(ownSpanOf(new URLSearchParams('since=2024-02-29'))).toEqual({ sinceMs: 1_709_164_800_000, untilMs: null });
    expect(ownSpanOf(new URLSearchParams('since=2&until=1'))).toEqual({ sinceMs: null, untilMs: null });
    expect(ownSpanParams({ sinceMs: null, untilMs: 5 })).toEqual({ since: null, until: '5' });
  });
});
