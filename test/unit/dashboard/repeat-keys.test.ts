import { describe, expect, it, vi } from 'vitest';
import { request } from '../../../src/dashboard/api/http.ts';
import { repeatKeys } from '../../../src/dashboard/lib/repeat-keys.ts';

describe('the key of a change', () => {
  const numbered = () => {
    let n = 0;
    return repeatKeys(() => `key-${++n}`);
  };

  it('is the same until the change has its answer, then another', () => {
    const keys = numbered();
    expect([keys.keyFor('a'), keys.keyFor('a')]).toEqual(['key-1', 'key-1']);
    keys.answered('a');
    expect(keys.keyFor('a')).toBe('key-2');
  });

  it('is another for another change, also when the first is asked for again after it', () => {
    const keys = numbered();
    expect([keys.keyFor('a'), keys.keyFor('b'), keys.keyFor('a')]).toEqual(['key-1', 'key-2', 'key-3']);
  });

  it('is not forgotten by the answer to another change', () => {
    const keys = numbered();
    keys.keyFor('a');
    keys.answered('b');
    expect(keys.keyFor('a')).toBe('key-1');
  });

  it('is random', () => {
    expect(repeatKeys().keyFor('a')).toMatch(/^[0-9a-f]{32}$/);
    expect(repeatKeys().keyFor('a')).not.toBe(repeatKeys().keyFor('a'));
  });
});

describe('a change that is sent again', () => {
  /** Answers in turn; null is a connection that fails. Returns the keys that were sent. */
  async function sent(path: string, ...answers: (Response | null)[]): Promise<(string | null)[]> {
    const keys: (string | null)[] = [];
    vi.stubGlobal('fetch', async (_: string, { headers }: { headers: Headers }) => {
      keys.push(headers.get('idempotency-key'));
      const answer = answers[keys.length - 1];
      if (!answer) throw new TypeError('no connection');
      return answer;
    });
    for (const _ of answers) await request('POST', path, { body: { name: 'a' } });
    return keys;
  }
  const problem = (status: number, code: string) => Response.json({ status, code }, { status });

  it.each<[string, () => Response | null, boolean]>([
    ['after no answer is the same', () => null, true],
    ['after a 503 is the same', () => problem(503, 'store_away'), true],
    ['while the first runs is the same', () => problem(409, 'idempotency_key_in_use'), true],
    ['after a good answer is a new one', () => Response.json({}), false],
    ['after a refusal is a new one', () => problem(400, 'invalid_input'), false],
    [
      'after being told that the outcome is unknown is a new one',
      () => problem(409, 'idempotency_outcome_unknown'),
      false,
    ],
  ])('%s', async (_, first, isSame) => {
    const [one, two] = await sent('/api/projects', first(), Response.json({}));
    expect(one).toMatch(/^[0-9a-f]{32}$/);
    expect(two === one).toBe(isSame);
  });

  it('signs in and out without a key', async () => {
    expect(await sent('/api/auth/logout', null, Response.json({}))).toEqual([null, null]);
  });

  it.each(['GET', 'PATCH', 'DELETE'])('by %s has no key: it says what is to be', async (method) => {
    const fetched = vi.fn(async (_: string, init: { headers: Headers }) =>
      Response.json(init.headers.has('idempotency-key')),
    );
    vi.stubGlobal('fetch', fetched);
    expect(await request(method, '/api/projects/p')).toMatchObject({ ok: true, value: false });
  });

  it('has no key where it is larger than what a key may come with', async () => {
    vi.stubGlobal('fetch', async (_: string, init: { headers: Headers }) =>
      Response.json(init.headers.has('idempotency-key')),
    );
    expect(await request('POST', '/api/x', { body: 'x'.repeat(22_000) })).toMatchObject({ value: false });
    expect(await request('POST', '/api/x', { body: 'x'.repeat(20_000) })).toMatchObject({ value: true });
  });
});
