import { describe, expect, it } from 'vitest';
import { MAX_BLOCK_RAW_BYTES, MAX_BLOCK_RECORDS } from '../../src/blocks/index.ts';
import {
  admission,
  pauseAfterBlockMs,
  planBlock,
  retryAfterSeconds,
  sealDueAtMs,
  sealRetryAtMs,
} from '../../src/journal/index.ts';
import { MAX_SEAL_RETRY_MS, type PendingPart, SEAL_AGE_MS } from '../../src/journal/seal-policy.ts';
import { MAX_BACKLOG_BYTES, SLOW_BACKLOG_BYTES } from '../../src/wire/limits.ts';

const part = (over: Partial<PendingPart> = {}): PendingPart => ({
  records: 1_000,
  rawBytes: 260_000,
  dataBytes: 26_000,
  ...over,
});

describe('the plan of a block', () => {
  it.each<[string, PendingPart[], number]>([
    ['nothing of nothing', [], 0],
    ['all parts where they fit', [part(), part(), part()], 3],
    ['as many as make up its records', Array.from({ length: 9 }, () => part()), MAX_BLOCK_RECORDS / 1_000],
    ['as many as make up its bytes', Array.from({ length: 9 }, () => part({ rawBytes: MAX_BLOCK_RAW_BYTES / 2 })), 2],
    ['one part that is too large by itself', [part({ rawBytes: MAX_BLOCK_RAW_BYTES + 1 }), part()], 1],
    [
      'parts that do not shrink, by what they weigh',
      Array.from({ length: 9 }, () => part({ dataBytes: 1_500_000 })),
      2,
    ],
  ])('takes %s', (_, parts, expected) => {
    expect(planBlock(parts)).toBe(expected);
  });

  it('reads no further than the first part that does not fit, however long the backlog', () => {
    let read = 0;
    function* backlog(): Generator<PendingPart> {
      for (; read < 1_000_000; read++) yield part();
    }
    expect(planBlock(backlog())).toBe(5);
    expect(read).toBe(5);
  });
});

describe('when a tail is due', () => {
  const nowMs = 1_000_000;
  it.each([
    ['at once with the records of a block', { records: MAX_BLOCK_RECORDS, rawBytes: 1, oldestAtMs: nowMs }, nowMs],
    ['at once with the bytes of a block', { records: 1, rawBytes: MAX_BLOCK_RAW_BYTES, oldestAtMs: nowMs }, nowMs],
    ['otherwise by its oldest record', { records: 1, rawBytes: 1, oldestAtMs: nowMs - 7 }, nowMs - 7 + SEAL_AGE_MS],
  ])('%s', (_, totals, expected) => {
    expect(sealDueAtMs(totals, nowMs)).toBe(expected);
  });

  it('waits twice as long after each failure, and never longer than its bound', () => {
    expect([1, 2, 3, 4, 5].map((failures) => sealRetryAtMs(failures, 0))).toEqual([1_000, 2_000, 4_000, 8_000, 16_000]);
    for (const failures of [6, 20, 1e6]) expect(sealRetryAtMs(failures, 0)).toBe(MAX_SEAL_RETRY_MS);
    expect([0, 3, 4, 99].map(retryAfterSeconds)).toEqual([1, 1, 3, 3]);
  });
});

describe('the sealer leaves the thread to appends', () => {
  it.each([
    ['three times as long as it packed', 1_300_000, 0, 66],
    ['not at all for parts that came packed', 0, 0, 0],
    ['not at all once half of the room is taken', 1_300_000, SLOW_BACKLOG_BYTES / 2 + 1, 0],
  ])('%s', (_, packedHereBytes, backlogBytes, expected) => {
    expect(pauseAfterBlockMs(packedHereBytes, backlogBytes)).toBe(expected);
  });
});

describe('a batch is taken', () => {
  it.each([
    ['now while there is room', SLOW_BACKLOG_BYTES, 0, 'now'],
    ['after sealing where that makes room', SLOW_BACKLOG_BYTES + 1, 0, 'after_sealing'],
    ['now where sealing makes none', SLOW_BACKLOG_BYTES + 1, 1, 'now'],
    ['now up to the bound', MAX_BACKLOG_BYTES, 5, 'now'],
    ['never beyond it', MAX_BACKLOG_BYTES + 1, 5, 'never'],
    ['never beyond it, whoever is at fault', MAX_BACKLOG_BYTES + 1, 0, 'never'],
  ] as const)('%s', (_, bytes, failures, expected) => {
    expect(admission(bytes, failures)).toBe(expected);
  });
});
