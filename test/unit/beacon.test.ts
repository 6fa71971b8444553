import { describe, expect, it } from 'vitest';
import { readBeacon } from '../../src/beacon/read-beacon.ts';
import { NO_EDGE } from '../../src/edge/edge.ts';
import { BatchBuilder } from '../../src/ingest/batch.ts';
import type { Sender } from '../../src/ingest/sender.ts';
import { utf8 } from '../../src/shared/bytes.ts';

const NOW_MS = Date.UTC(2026, 10, 27);
const SENDER = {
  ...{ projectId: 'prj_x', keyId: 'key_x', streams: null, recordsPerDay: null, browser: null },
} as unknown as Sender;

function read(more: object) {
  const batch = new BatchBuilder({ stream: 'logs', service: 'x', nowMs: NOW_MS }, String, true);
  const beacon = { id: 'x'.repeat(16), sentAt: NOW_MS, records: [], ...more };
  const result = readBeacon(utf8(JSON.stringify(beacon)), batch, { sender: SENDER, edge: NO_EDGE, nowMs: NOW_MS });
  return { batch, result };
}

const records = (count: number) => Array.from({ length: count }, () => ({ stream: 'logs' }));

describe('what a beacon says for all of its records', () => {
  it.each([
    ['a label', { labels: { a: 'x'.repeat(36_000) } }],
    ['many labels', { labels: Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`label-${i}`, 'x'])) }],
    ['a text', { sdk: 'x'.repeat(4_096) }],
    ['something without a floor', { sdk: JSON.parse(`${'['.repeat(3_000)}${']'.repeat(3_000)}`) }],
  ])('is refused where it is long, since each of them has a copy: %s', (_, common) => {
    const { batch, result } = read({ common, records: records(1_500) });
    expect(result).toMatchObject({
      ok: false,
      error: { kind: 'malformed', reason: expect.stringMatching(/^common: /) },
    });
    expect(batch.received).toBe(0);
  });

  it('may be as long as pages make it', () => {
    const { batch, result } = read({
      common: { url: `https://shop.example/a?${'x'.repeat(20_000)}`, labels: { a: 'x'.repeat(3_900) } },
      records: records(2),
    });
    expect([result.ok, batch.accepted]).toEqual([true, 2]);
  });

  it('stops a beacon whose copies of it come to more than an isolate can hold', () => {
    const { batch, result } = read({ common: { labels: { a: 'x'.repeat(4_000) } }, records: records(40_000) });
    expect(result).toMatchObject({ ok: false, error: { kind: 'too_many_records', limit: batch.received } });
    expect(batch.received).toBeGreaterThan(16_000);
    expect(batch.received).toBeLessThan(17_000);
  });
});

describe('what an SDK has lost', () => {
  it('is bounded by reason of ours, however many names it has for it', () => {
    const lost = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`made-up-${i}`, 1e300]));
    expect(read({ lost: { ...lost, queue: 2, size: 5e6 } }).batch.lost).toEqual({
      ...{ 'sdk_lost:other': 1_000_000, 'sdk_lost:queue': 2, 'sdk_lost:size': 1_000_000 },
    });
  });
});
