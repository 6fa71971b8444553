import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leaseText, mayTake, parseLease } from '../../../src/dashboard/lib/lease.ts';
import { decodeMessage, encodeMessage, type TabMessage } from '../../../src/dashboard/lib/tab-message.ts';

const time = fc.integer({ min: 0, max: 8_640_000_000_000_000 });
const sessionId = fc.string({ minLength: 1, unit: 'binary' });
const message: fc.Arbitrary<TabMessage> = fc.oneof(
  fc.record({ kind: fc.constant('seen' as const), sessionId, rights: fc.string() }),
  fc.record({ kind: fc.constant('left' as const), sessionId, reason: fc.constantFrom('ended', 'signed_out') }),
  fc.record({ kind: fc.constant('refreshed' as const), sessionId, expiresAtMs: time, refreshAtMs: time }),
);

describe('a message between tabs', () => {
  it('arrives as it was sent', () => {
    fc.assert(
      fc.property(message, (sent) => {
        expect(decodeMessage(encodeMessage(sent))).toEqual(sent);
      }),
    );
  });

  it('is nothing where it is no message, whatever it is, and never throws', () => {
    fc.assert(
      fc.property(fc.anything(), (raw) => {
        expect(decodeMessage(raw)).toBeNull();
      }),
    );
    fc.assert(
      fc.property(fc.json(), (raw) => {
        expect(decodeMessage(raw)).toBeNull();
      }),
    );
    fc.assert(
      fc.property(message, fc.nat(), (sent, at) => {
        const text = encodeMessage(sent);
        expect(decodeMessage(text.slice(0, at % text.length))).toBeNull();
      }),
    );
  });

  it('of another version, of another kind, without a session or with a time that is none is nothing', () => {
    const good = { v: 1, kind: 'refreshed', sessionId: 'ses_1', expiresAtMs: 2, refreshAtMs: 1 };
    expect(decodeMessage(JSON.stringify(good))).not.toBeNull();
    for (const change of [
      ...[{ v: 2 }, { kind: 'token' }, { sessionId: '' }, { sessionId: 7 }],
      ...[{ refreshAtMs: -1 }, { refreshAtMs: 1.5 }, { expiresAtMs: '2' }, { expiresAtMs: null }],
    ]) {
      expect(decodeMessage(JSON.stringify({ ...good, ...change }))).toBeNull();
    }
  });

  it('carries what it names and nothing else, so no token can slip in', () => {
    const text = JSON.stringify({ v: 1, kind: 'left', sessionId: 'ses_1', reason: 'ended', csrf: 'secret' });
    expect(decodeMessage(text)).toEqual({ kind: 'left', sessionId: 'ses_1', reason: 'ended' });
  });
});

describe('the lease on what one tab does for all', () => {
  const tab = fc.stringMatching(/^[0-9a-f]{16}$/);
  const LONGEST_MS = 30_000;

  it('is read as it was written', () => {
    const lease = fc.record({ tab, untilMs: fc.integer({ min: 0, max: 999_999_999_999_999 }) });
    fc.assert(
      fc.property(lease, (written) => {
        expect(parseLease(leaseText(written))).toEqual(written);
      }),
    );
  });

  it('keeps every other tab out until it has run out, and never longer than the longest', () => {
    fc.assert(
      fc.property(tab, tab, time, fc.integer({ min: -LONGEST_MS, max: 2 * LONGEST_MS }), (a, b, nowMs, leftMs) => {
        fc.pre(a !== b && nowMs > LONGEST_MS && nowMs < 900_000_000_000_000);
        const text = leaseText({ tab: a, untilMs: nowMs + leftMs });
        expect(mayTake(text, a, nowMs, LONGEST_MS)).toBe(true);
        expect(mayTake(text, b, nowMs, LONGEST_MS)).toBe(leftMs <= 0 || leftMs > LONGEST_MS);
      }),
    );
  });

  it('is free where nothing was written, or something that is no lease', () => {
    for (const text of [null, '', 'x', '12', '12.', '.ab', '-1.ab', '1e3.ab']) {
      expect(mayTake(text, 'aa', 0, LONGEST_MS)).toBe(true);
    }
  });
});
