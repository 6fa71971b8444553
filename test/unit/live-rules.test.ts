import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeAttachment, encodeAttachment } from '../../src/live/attachment.ts';
import { currentEnds, type End, hasEnded, nextEndAtMs } from '../../src/live/ends.ts';
import { decodeIdentity, encodeIdentity, type LiveIdentity } from '../../src/live/identity.ts';
import { type Position, Positions } from '../../src/live/positions.ts';
import { MAX_REPLAY_RECORDS, place, replayFrom } from '../../src/live/sequence.ts';
import { carries, parseTopic } from '../../src/live/topics.ts';
import {
  cutLines,
  joinLines,
  MAX_FRAME_LINES_CHARS,
  MAX_FRAME_RECORDS,
  selectLines,
  sliceLines,
  updateFrame,
  withDropped,
} from '../../src/live/update.ts';
import { STREAMS } from '../../src/wire/record.ts';

const ERASED = undefined;
const linesOf = (values: readonly unknown[]) => ({
  ndjson: values.map((value) => (value === ERASED ? '\n' : `${JSON.stringify(value)}\n`)).join(''),
  count: values.length,
});
const withoutErased = (values: readonly unknown[]) => values.filter((value) => value !== ERASED);
const aLine = fc.oneof(fc.jsonValue(), fc.string(), fc.constant('\n'), fc.constant('\u2028'), fc.constant(ERASED));
/** Values as records hold them, texts that try to look like line ends, and what erased records leave. */
const someValues = fc.array(aLine, { maxLength: 60 });

describe('a cursor', () => {
  const positions = fc.uniqueArray(
    fc.record({
      shard: fc.integer({ min: 0, max: 63 }),
      stream: fc.constantFrom(...STREAMS),
      nextSeq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    }),
    { selector: ({ shard, stream }) => `${shard}${stream}` },
  );

  it('comes back from its text as it went in, and needs no escaping', () => {
    fc.assert(
      fc.property(positions, (some) => {
        const text = Positions.of(some).encode();
        expect(text).toMatch(/^[a-z0-9~]+$/);
        expect([...(Positions.decode(text) as Iterable<Position>)]).toEqual(some);
      }),
    );
  });

  it.each([
    '',
    'b',
    'a0l',
    'a0l0',
    'a0q5',
    'a-1l5',
    'a0l5~0',
    'a999l5',
    'a0l5 ',
    'A0l5',
    'a0lzzzzzzzzzzzz',
    '{}',
    'null',
  ])('is not %j', (text) => expect(Positions.decode(text)).toBeNull());

  it('stands before the first record of a stream that it does not name', () => {
    expect(Positions.decode('a')?.get(3, 'logs')).toBe(1);
  });

  it('forgets nothing of other shards', () => {
    const some = Positions.of([
      { shard: 1, stream: 'logs', nextSeq: 5 },
      { shard: 11, stream: 'logs', nextSeq: 7 },
    ]);
    some.set(1, 'logs', 6);
    expect([some.get(1, 'logs'), some.get(11, 'logs')]).toEqual([6, 7]);
  });
});

describe('a run of records', () => {
  it.each([
    ['is known', 10, 4, 6, { kind: 'known' }],
    ['is known up to its last', 10, 9, 1, { kind: 'known' }],
    ['is next', 10, 10, 3, { kind: 'next', skip: 0 }],
    ['is partly known', 10, 8, 5, { kind: 'next', skip: 2 }],
    ['leaves a gap', 10, 13, 1, { kind: 'gap', missing: 3 }],
  ])('%s', (_, expected, first, records, placement) => {
    expect(place(expected, first, records)).toEqual(placement);
  });

  it.each([
    ['from the cursor', 100, 150, { fromSeq: 100, dropped: 0 }],
    ['at the bound', 1, MAX_REPLAY_RECORDS + 1, { fromSeq: 1, dropped: 0 }],
    ['past the bound', 1, MAX_REPLAY_RECORDS + 8, { fromSeq: 8, dropped: 7 }],
  ])('is read again %s', (_, since, until, expected) => {
    expect(replayFrom(since, until)).toEqual(expected);
  });
});

describe('lines', () => {
  it('become the inside of an array without being parsed', () => {
    fc.assert(
      fc.property(someValues, (values) => {
        const { joined, records } = joinLines(linesOf(values));
        const expected = withoutErased(values);
        expect(JSON.parse(updateFrame('logs', joined, 'a0l1')).records).toEqual(JSON.parse(JSON.stringify(expected)));
        expect(records).toBe(expected.length);
      }),
    );
  });

  it('are cut into frames that together are the whole, each within the limits', () => {
    const sized = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 1_300 });
    fc.assert(
      fc.property(sized, fc.integer({ min: 1, max: 30_000 }), (sizes, unit) => {
        const whole = linesOf(sizes.map((size) => 'x'.repeat(size * unit)).slice(0, 5_000_000 / (unit * 9)));
        const pieces = [...cutLines(whole)];
        expect(pieces.map(({ ndjson }) => ndjson).join('')).toBe(whole.ndjson);
        for (const { ndjson, count } of pieces) {
          expect(ndjson.split('\n').length - 1).toBe(count);
          expect(count).toBeLessThanOrEqual(MAX_FRAME_RECORDS);
          expect(count === 1 || ndjson.length <= MAX_FRAME_LINES_CHARS).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('give any part of themselves', () => {
    fc.assert(
      fc.property(someValues, fc.nat(70), fc.nat(70), (values, skip, keep) => {
        expect(sliceLines(linesOf(values), skip, keep)).toEqual(linesOf(values.slice(skip, skip + keep)));
      }),
    );
  });

  it('are selected one by one', () => {
    fc.assert(
      fc.property(someValues, (values) => {
        const { joined, records } = selectLines(linesOf(values), (line) => line.length % 2 === 0);
        const expected = withoutErased(values).filter((value) => JSON.stringify(value).length % 2 === 0);
        expect([JSON.parse(`[${joined}]`), records]).toEqual([JSON.parse(JSON.stringify(expected)), expected.length]);
      }),
    );
  });

  it('say what was dropped before them', () => {
    const frame = withDropped(updateFrame('logs', '', 'a0l9'), 12);
    expect(JSON.parse(frame)).toEqual({ type: 'UPDATE', topic: 'logs', records: [], cursor: 'a0l9', dropped: 12 });
  });
});

describe('a topic', () => {
  it.each(['', 'log', 'LOGS', 'telemetry', 'client:', 'client:a/b', `client:${'x'.repeat(65)}`, '__proto__', 'client'])(
    'is not %j',
    (name) => expect(parseTopic(name)).toBeNull(),
  );

  it('carries its stream, all streams, or none', () => {
    const carried = (name: string) => {
      const topic = parseTopic(name);
      return topic ? STREAMS.filter((stream) => carries(topic, stream)) : null;
    };
    expect(carried('errors')).toEqual(['errors']);
    expect(carried('telemetry.live')).toEqual(STREAMS);
    expect(carried('client:a.b-c_1')).toEqual([]);
    expect(carried('health')).toEqual([]);
  });
});

describe('who opened a socket', () => {
  const identity: LiveIdentity = {
    projectId: 'prj_1',
    accountId: 'user:usr_1',
    by: { kind: 'user', userId: 'usr_1', sessionId: 'ses_1' },
    mayRead: true,
    writes: null,
    clientId: 'gerät',
    gathersAcks: false,
    expiresAtMs: 5_000,
    checkedAtMs: 1_000,
  };
  const key: LiveIdentity = { ...identity, by: { kind: 'key', keyId: 'key_1' }, expiresAtMs: null };

  it('travels in a header', () => {
    expect(encodeIdentity(identity)).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(decodeIdentity(encodeIdentity(identity))).toEqual(identity);
    expect(() => decodeIdentity(null)).toThrow('without an identity');
    expect(() => decodeIdentity('not base64url!')).toThrow('without an identity');
  });

  it.each<[string, LiveIdentity, End[], number, boolean]>([
    ['is still there before it expires', identity, [], 4_999, false],
    ['has ended when it expires', identity, [], 5_000, true],
    ['ends with its session', identity, [{ match: { kind: 'session', sessionId: 'ses_1' }, atMs: 2_000 }], 2_000, true],
    [
      'does not end with another session',
      identity,
      [{ match: { kind: 'session', sessionId: 'ses_2' }, atMs: 2_000 }],
      3_000,
      false,
    ],
    ['ends with its user', identity, [{ match: { kind: 'user', userId: 'usr_1' }, atMs: 2_000 }], 3_000, true],
    ['ends with its key', key, [{ match: { kind: 'key', keyId: 'key_1' }, atMs: 2_000 }], 3_000, true],
    [
      'goes on during the grace of its key',
      key,
      [{ match: { kind: 'key', keyId: 'key_1' }, atMs: 4_000 }],
      3_000,
      false,
    ],
    ['a user is no key', identity, [{ match: { kind: 'key', keyId: 'usr_1' }, atMs: 2_000 }], 3_000, false],
    ['ends with its project', key, [{ match: { kind: 'everyone' }, atMs: 1_000 }], 1_000, true],
    ['was checked after what ended', identity, [{ match: { kind: 'user', userId: 'usr_1' }, atMs: 999 }], 3_000, false],
  ])('%s', (_, who, ends, nowMs, ended) => {
    expect(hasEnded(who, ends, nowMs)).toBe(ended);
  });

  it('is looked at again when the first of them may have ended', () => {
    const grace: End = { match: { kind: 'key', keyId: 'k' }, atMs: 4_000 };
    const past: End = { match: { kind: 'everyone' }, atMs: 10 };
    expect(nextEndAtMs([key], [past], 1_000)).toBeNull();
    expect(nextEndAtMs([identity, key], [past], 1_000)).toBe(5_000);
    expect(nextEndAtMs([identity, key], [past, grace], 1_000)).toBe(4_000);
  });

  it('ends are remembered for ten minutes after they took effect', () => {
    const at = (atMs: number): End => ({ match: { kind: 'everyone' }, atMs });
    expect(currentEnds([at(0), at(1), at(900_000)], 600_000)).toEqual([at(1), at(900_000)]);
  });

  it('fits a socket as long as the runtime can keep it', () => {
    const withFilter = (chars: number) =>
      encodeAttachment({
        identity,
        csrfVerified: true,
        subscriptions: [{ topic: 'logs', filter: 'ü'.repeat(chars), since: null }],
      });
    expect(withFilter(7_000)?.byteLength).toBeLessThan(16_384);
    expect(decodeAttachment(withFilter(7_000))).toMatchObject({ identity, subscriptions: [{ topic: 'logs' }] });
    expect(withFilter(8_000)).toBeNull();
  });
});
