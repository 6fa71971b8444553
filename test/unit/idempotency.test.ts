import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import errorDocs from '../../docs/errors.md?raw';
import type { Actor } from '../../src/env.ts';
import { packAnswer, replayOf, unpackAnswer } from '../../src/idempotency/answer.ts';
import { decide, type FoundClaim, LEASE_MS, settlementOf, type Verdict } from '../../src/idempotency/decide.ts';
import { type IdempotencyError, idempotencyProblem } from '../../src/idempotency/errors.ts';
import { type KeyedRequest, scopeText, tenantOf } from '../../src/idempotency/request.ts';
import { vaultOf } from '../../src/idempotency/vault.ts';
import { utf8 } from '../../src/shared/bytes.ts';
import { SECRET_1, SECRET_2 } from '../helpers/worker/config.ts';

const NOW = 1_800_000_000_000;
const DAY = 86_400_000;
const user: Actor = {
  kind: 'user',
  userId: 'usr_1',
  username: 'u',
  role: 'admin',
  sessionId: 's',
  provenAtMs: 0,
  projectIds: null,
};
const apiKey: Actor = { kind: 'key', keyId: 'key_1', projectId: 'prj_k', scopes: ['admin'] };
const request = (over: Partial<KeyedRequest> = {}): KeyedRequest => ({
  ...{ actor: user, method: 'POST', path: '/api/projects', search: '', body: utf8('{"name":"a"}'), key: 'k' },
  ...over,
});

describe('a key that is known', () => {
  const running: FoundClaim = {
    state: 'running',
    leasedUntilMs: NOW + LEASE_MS,
    executedAtMs: null,
    expiresAtMs: NOW + DAY,
  };
  const silent = { ...running, leasedUntilMs: NOW };
  const stored: FoundClaim = { ...silent, state: 'stored', executedAtMs: NOW - 1 };
  const table: [what: string, found: FoundClaim, samePayload: boolean, verdict: Verdict][] = [
    ['runs', running, true, 'in_use'],
    ['runs and has made its change', { ...running, executedAtMs: NOW - 1 }, true, 'in_use'],
    ['runs for another payload', running, false, 'reused'],
    ['has been silent for its lease and changed nothing', silent, true, 'take_over'],
    ['has been silent and made its change', { ...silent, executedAtMs: NOW - 1 }, true, 'outcome_unknown'],
    ['has been silent, for another payload', silent, false, 'reused'],
    ['has an answer', stored, true, 'replay'],
    ['has an answer to another payload', stored, false, 'reused'],
    [
      'has an answer from a second ago that a clock set forward calls a day old',
      { ...stored, expiresAtMs: NOW },
      true,
      'take_over',
    ],
    ['has an answer that expires in a millisecond', { ...stored, expiresAtMs: NOW + 1 }, true, 'replay'],
    ['expired, whatever its payload was', { ...stored, expiresAtMs: NOW }, false, 'take_over'],
    ['expired while it ran, its change made', { ...silent, executedAtMs: 1, expiresAtMs: NOW }, true, 'take_over'],
    ['lost its answer', { ...stored, state: 'lost' }, true, 'outcome_unknown'],
    ['lost its answer, for another payload', { ...stored, state: 'lost' }, false, 'reused'],
    ['is leased by a clock that was 40 days ahead', { ...running, leasedUntilMs: NOW + 40 * DAY }, true, 'take_over'],
    [
      'is leased by a clock that is a second ahead',
      { ...running, leasedUntilMs: NOW + LEASE_MS + 1_000 },
      true,
      'in_use',
    ],
    ['has an answer from a clock 40 days ahead', { ...stored, expiresAtMs: NOW + 41 * DAY }, true, 'replay'],
  ];
  it.each(table)('and %s: %j, same payload %s → %s', (_, found, samePayload, verdict) => {
    expect(decide(found, samePayload, NOW)).toBe(verdict);
  });

  it('never runs again what made its change, before its day is over', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('running' as const, 'stored' as const, 'lost' as const),
        fc.integer({ min: -2 * DAY, max: 60 * DAY }),
        fc.integer({ min: 1, max: 60 * DAY }),
        fc.boolean(),
        (state, leaseMs, lifeMs, samePayload) => {
          const found = { state, leasedUntilMs: NOW + leaseMs, executedAtMs: NOW - 1, expiresAtMs: NOW + lifeMs };
          expect(decide(found, samePayload, NOW)).not.toBe('take_over');
        },
      ),
    );
  });
});

describe('an answer', () => {
  it.each([
    [200, false, 'store'],
    [201, false, 'store'],
    [204, false, 'store'],
    [400, false, 'store_if_executed'],
    [404, false, 'store_if_executed'],
    [409, false, 'store_if_executed'],
    [401, false, 'release_if_unexecuted'],
    [403, false, 'release_if_unexecuted'],
    [429, false, 'release_if_unexecuted'],
    [500, false, 'release'],
    [503, false, 'release'],
    [500, true, 'release_if_unexecuted'],
    [503, true, 'release_if_unexecuted'],
  ])('of %i, thrown: %s, ends its claim by "%s"', (status, isFault, settlement) => {
    expect(settlementOf(status, isFault)).toBe(settlement);
  });

  it('comes back as it was: status, headers and bytes, whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(200, 201, 409), async (body, status) => {
        const given = new Response(new Uint8Array(body), {
          status,
          headers: { 'content-type': 'text/x', etag: '"1"' },
        });
        const packed = await packAnswer(given, [{ kind: 'role', role: 'admin' }]);
        const kept = unpackAnswer(new Uint8Array(packed ?? []));
        const replay = replayOf(kept);
        expect(kept.checks).toEqual([{ kind: 'role', role: 'admin' }]);
        expect([replay.status, replay.headers.get('etag'), replay.headers.get('content-type')]).toEqual([
          status,
          '"1"',
          'text/x',
        ]);
        expect(new Uint8Array(await replay.arrayBuffer())).toEqual(new Uint8Array(body));
        // What was packed is still there to be sent.
        expect(new Uint8Array(await given.arrayBuffer())).toEqual(new Uint8Array(body));
      }),
    );
  });

  it('without a body is replayed without one', async () => {
    const packed = await packAnswer(new Response(null, { status: 204 }), []);
    const replay = replayOf(unpackAnswer(new Uint8Array(packed ?? [])));
    expect([replay.status, replay.body, replay.headers.get('idempotent-replayed')]).toEqual([204, null, 'true']);
  });

  it('that is larger than 256 KiB is not kept, and goes out whole', async () => {
    const large = new Response('x'.repeat(256 * 1024 + 1));
    expect(await packAnswer(large, [])).toBeNull();
    expect((await large.text()).length).toBe(256 * 1024 + 1);
    expect(await packAnswer(new Response('x'.repeat(256 * 1024)), [])).not.toBeNull();
  });

  it('that sets a cookie is not kept', async () => {
    expect(await packAnswer(new Response('', { headers: { 'set-cookie': 'a=b' } }), [])).toBeNull();
  });

  it('keeps what it says, not which request it was or what is left of a rate', async () => {
    const headers = {
      'x-request-id': '1',
      'server-timing': 't',
      'ratelimit-policy': 'p',
      ratelimit: 'r',
      location: '/x',
    };
    const packed = await packAnswer(new Response('', { headers }), []);
    const names = unpackAnswer(new Uint8Array(packed ?? [])).headers.map(([name]) => name);
    expect(names).toContain('location');
    expect(names.filter((name) => /request-id|timing|ratelimit/.test(name))).toEqual([]);
  });
});

describe('a scope', () => {
  it.each<[string, Partial<KeyedRequest>, string]>([
    ['the path', { path: '/api/projects/prj_1/keys' }, 'prj_1'],
    ['the path, before the query', { path: '/api/projects/prj_1', search: '?project=prj_2' }, 'prj_1'],
    ['the query', { path: '/api/searches', search: '?project=prj_2', body: utf8('{"project":"prj_3"}') }, 'prj_2'],
    ['the body', { path: '/api/searches', body: utf8('{"project":"prj_3"}') }, 'prj_3'],
    ['the key', { path: '/api/searches', actor: apiKey, body: utf8('{}') }, 'prj_k'],
    ['nothing', { path: '/api/users', body: utf8('no JSON') }, ''],
    ['nothing, where the body names something else', { path: '/api/users', body: utf8('{"project":7}') }, ''],
    ['nothing, where the body is null', { path: '/api/users', body: utf8('null') }, ''],
  ])('takes its tenant from %s', (_, over, tenant) => {
    expect(tenantOf(request(over))).toBe(tenant);
  });

  it('differs by tenant, principal, method, path and key, and not by payload', () => {
    const others: Partial<KeyedRequest>[] = [
      { body: utf8('{"project":"prj_1"}') },
      { actor: { ...user, userId: 'usr_2' } },
      { actor: apiKey },
      { method: 'PUT' },
      { path: '/api/projects/' },
      { key: 'K' },
    ];
    const texts = [request(), ...others.map((over) => request(over))].map(scopeText);
    expect(new Set(texts).size).toBe(texts.length);
    expect(scopeText(request({ body: utf8('{"name":"b"}'), search: '?x=1' }))).toBe(scopeText(request()));
    expect(scopeText(request({ actor: { ...user, sessionId: 'another', role: 'viewer' } }))).toBe(scopeText(request()));
  });
});

describe('what is stored', () => {
  const vault = vaultOf(SECRET_1, request());

  it('tells a payload from every other', () => {
    const same = vaultOf(SECRET_1, request({ body: utf8('{"name":"a"}') }));
    expect(same.payloadMac).toBe(vault.payloadMac);
    const others: Partial<KeyedRequest>[] = [{ body: utf8('{"name":"b"}') }, { search: '?x=1' }, { body: utf8('') }];
    for (const over of others) expect(vaultOf(SECRET_1, request(over)).payloadMac).not.toBe(vault.payloadMac);
  });

  it('is read with the client key, the secret and the scope that it was written with, and with no other', async () => {
    const answer = utf8('{"key":"bw_secret"}');
    const sealed = await vault.seal(answer);
    expect(await vaultOf(SECRET_1, request({ body: utf8('other') })).open(sealed)).toEqual(answer);
    const others = [
      vaultOf(SECRET_2, request()),
      vaultOf(SECRET_1, request({ key: 'k2' })),
      vaultOf(SECRET_1, request({ path: '/api/users' })),
    ];
    for (const other of others) await expect(other.open(sealed)).rejects.toThrow();
    await expect(vault.open(sealed.replace(/^..../, 'AAAA'))).rejects.toThrow();
  });

  it('is different each time, also for the same answer', async () => {
    expect(await vault.seal(utf8('a'))).not.toBe(await vault.seal(utf8('a')));
  });
});

describe('a refusal', () => {
  const errors: IdempotencyError[] = [
    { kind: 'key_missing' },
    { kind: 'key_malformed' },
    { kind: 'in_use' },
    { kind: 'reused' },
    { kind: 'outcome_unknown', changes: [] },
  ];
  it.each(errors)('%j is explained in docs/errors.md, under its code and status', (error) => {
    const { code, status } = idempotencyProblem(error);
    expect(errorDocs).toMatch(new RegExp(`^### ${code}\n${status}`, 'm'));
  });
});
