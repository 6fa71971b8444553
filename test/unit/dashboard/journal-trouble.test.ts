import { describe, expect, it } from 'vitest';
import { ledgerKey, troubleOf } from '../../../src/dashboard/lib/journal-trouble.ts';
import { SLOW_BACKLOG_BYTES } from '../../../src/wire/limits.ts';

const well = { backlogRecords: 1_200, backlogBytes: 300_000, largestBacklogBytes: 300_000, sealFailingSinceMs: null };

describe('what the overview says about the journal', () => {
  it('is nothing while blocks are sealed in time', () => {
    expect(troubleOf(well)).toBeNull();
    expect(troubleOf({ ...well, largestBacklogBytes: SLOW_BACKLOG_BYTES })).toBeNull();
  });

  it('is nothing while several journals together hold much, and none of them so much that its senders wait', () => {
    const largestBacklogBytes = SLOW_BACKLOG_BYTES / 4;
    expect(troubleOf({ ...well, backlogBytes: 8 * largestBacklogBytes, largestBacklogBytes })).toBeNull();
  });

  it('is since when the database takes no blocks, and that nothing is lost', () => {
    const sinceMs = new Date(2026, 10, 26, 14, 5).getTime();
    const trouble = troubleOf({ ...well, sealFailingSinceMs: sinceMs });
    expect(trouble?.tone).toBe('bad');
    expect(trouble?.text).toContain('no new blocks since 14:05');
    expect(trouble?.text.replaceAll('\u00a0', ' ')).toContain(
      '1.2k records (300 kB) wait in the journal, safe and searchable',
    );
  });

  it('is that senders are slowed down where more comes than is sealed', () => {
    const trouble = troubleOf({ ...well, largestBacklogBytes: SLOW_BACKLOG_BYTES + 1 });
    expect(trouble?.tone).toBe('warn');
    expect(trouble?.text).toContain('senders are slowed down');
  });
});

describe('the ledger of a page that refreshes by itself', () => {
  it('is asked for once a minute, and at once for another project', () => {
    const keys = Array.from({ length: 60 }, (_, i) => ledgerKey('a', 60_000 * 7 + i * 1_000));
    expect(new Set(keys).size).toBe(1);
    expect(ledgerKey('a', 60_000 * 8)).not.toBe(keys[0]);
    expect(ledgerKey('b', 60_000 * 7)).not.toBe(keys[0]);
  });
});
