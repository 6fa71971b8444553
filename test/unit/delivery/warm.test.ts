import { describe, expect, it } from 'vitest';
import { shouldWarm, type WarmFacts } from '../../../src/delivery/warm/decide.ts';
import { warmConnection } from '../../../src/delivery/warm/probe.ts';

const NOW_MS = 1_790_000_000_000;
const READY: WarmFacts = {
  ...{ warmProbe: true, disabled: false, breaker: 'CLOSED', lastAttemptAtMs: null, lastWarmAtMs: null },
};

describe('a connection is opened before a burst', () => {
  it.each([
    ['where that is asked for', {}, true],
    ['not where it is not', { warmProbe: false }, false],
    ['not to a destination that is disabled', { disabled: true }, false],
    ['not while the breaker is open', { breaker: 'OPEN' }, false],
    ['not while probes decide', { breaker: 'HALF_OPEN' }, false],
    ['not right after a delivery', { lastAttemptAtMs: NOW_MS - 4_999 }, false],
    ['not right after another probe', { lastWarmAtMs: NOW_MS - 4_999 }, false],
    ['where the last use is a while ago', { lastAttemptAtMs: NOW_MS - 5_000, lastWarmAtMs: NOW_MS - 60_000 }, true],
  ] as [string, Partial<WarmFacts>, boolean][])('%s', (_, changed, expected) => {
    expect(shouldWarm({ ...READY, ...changed }, NOW_MS)).toBe(expected);
  });
});

describe('the request', () => {
  const sent: { url: string; init: RequestInit }[] = [];
  const receiver = (answer: () => Response | Promise<Response>) =>
    (async (url: string, init: RequestInit) => {
      sent.push({ url, init });
      return answer();
    }) as typeof fetch;

  it('is one HEAD to the root of the host, which tells neither path nor query, and follows nothing', async () => {
    const href = 'https://hooks.example.com:8443/services/T0/B0/secret?token=secret';
    expect(
      await warmConnection(
        href,
        receiver(() => new Response(null, { status: 405 })),
      ),
    ).toBe(true);
    expect(sent).toHaveLength(1);
    expect(sent[0]?.url).toBe('https://hooks.example.com:8443/');
    expect(sent[0]?.init).toMatchObject({ method: 'HEAD', redirect: 'manual' });
    expect(sent[0]?.init.headers).toBeUndefined();
    expect(sent[0]?.init.body).toBeUndefined();
  });

  it('that nobody answers says so, and throws nothing', async () => {
    expect(
      await warmConnection(
        'https://a.example/',
        receiver(() => Promise.reject(new TypeError('refused'))),
      ),
    ).toBe(false);
  });
});
