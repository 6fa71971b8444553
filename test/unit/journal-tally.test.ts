import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LedgerEntry, Tally } from '../../src/journal/tally.ts';

const MINUTE_MS = 60_000;
const T = 1_700_000_040_000;

const entry: fc.Arbitrary<LedgerEntry> = fc
  .record({
    keyId: fc.constantFrom('key_a', 'user:b'),
    atMs: fc.nat(3 * MINUTE_MS),
    requests: fc.integer({ min: 1, max: 3 }),
    stored: fc.nat(5),
    duplicate: fc.nat(5),
    bytes: fc.nat(100),
    rejectedByReason: fc.dictionary(fc.constantFrom('/ts', '/level', '__proto__'), fc.integer({ min: 1, max: 4 })),
    refusedCode: fc.option(fc.constantFrom('scope_missing', 'key_revoked')),
    client: fc.option(
      fc.record({
        protocol: fc.constantFrom('ingest' as const, 'loki' as const),
        userAgent: fc.constantFrom('', 'curl', 'a b'),
      }),
    ),
  })
  .map(({ atMs, ...made }) => {
    const rejected = total(Object.values(made.rejectedByReason));
    return { ...made, nowMs: T + atMs, rejected, received: made.stored + made.duplicate + rejected };
  });

const total = (numbers: Iterable<number>): number => [...numbers].reduce((sum, n) => sum + n, 0);

describe('a tally', () => {
  it('of any entries adds up to them, in one row a key and minute and one a client', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 30 }), (entries) => {
        const tally = new Tally();
        for (const one of entries) tally.add(one);
        const [minutes, causes, sources] = [[...tally.minutes], [...tally.causes], [...tally.sources]];
        for (const field of ['requests', 'received', 'stored', 'duplicate', 'rejected', 'bytes'] as const)
          expect(total(minutes.map((row) => row[field]))).toBe(total(entries.map((one) => one[field])));
        const refused = entries.filter(({ refusedCode }) => refusedCode !== null);
        expect(total(minutes.map((row) => row.refused))).toBe(total(refused.map(({ requests }) => requests)));
        const ofKind = (kind: string) =>
          causes.filter((cause) => cause.kind === kind).flatMap(({ totals }) => [...totals]);
        expect(total(ofKind('refused').map(([, count]) => count))).toBe(total(refused.map(({ requests }) => requests)));
        expect(total(ofKind('rejected').map(([, count]) => count))).toBe(
          total(entries.map(({ rejected }) => rejected)),
        );
        const named = entries.filter(({ client }) => client !== null);
        expect(total(sources.map(({ requests }) => requests))).toBe(total(named.map(({ requests }) => requests)));
        expect(total(sources.map(({ records }) => records))).toBe(total(named.map(({ received }) => received)));
        expect(new Set(minutes.map(({ keyId, minute }) => `${keyId} ${minute}`)).size).toBe(minutes.length);
        expect(new Set(sources.map((s) => JSON.stringify([s.keyId, s.protocol, s.userAgent]))).size).toBe(
          sources.length,
        );
        expect(tally.rows).toBe(minutes.length + sources.length);
      }),
    );
  });

  it('of what came out of order says when a client was seen first and last, and when a record was taken last', () => {
    const tally = new Tally();
    const one = {
      keyId: 'k',
      requests: 1,
      duplicate: 0,
      rejected: 0,
      bytes: 1,
      rejectedByReason: {},
      refusedCode: null,
    };
    const client = { protocol: 'ingest' as const, userAgent: 'x' };
    for (const [atMs, stored] of [
      [500, 1],
      [100, 1],
      [900, 0],
    ] as const)
      tally.add({ ...one, nowMs: T + atMs, received: stored, stored, client });
    const seen = { lastSeenAtMs: T + 900, lastRecordAtMs: T + 500 };
    expect([...tally.sources]).toMatchObject([{ firstSeenAtMs: T + 100, ...seen, requests: 3, records: 2 }]);
    expect([...tally.minutes]).toMatchObject([{ minute: T / MINUTE_MS, ...seen }]);
  });
});
