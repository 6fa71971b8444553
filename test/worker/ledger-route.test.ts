import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/env.ts';
import { readLedger } from '../../src/ingest/ledger.ts';
import { mergeDetails } from '../../src/ingest/ledger-merge.ts';
import { ANSWERED_MINUTES, ANSWERED_SOURCES, ledgerScope } from '../../src/ingest/ledger-scope.ts';
import { journalFor, type LedgerDetail, type LedgerMinute } from '../../src/journal/index.ts';
import { createKey, createProject, signInAs } from '../helpers/worker/accounts.ts';
import { callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { append, batchOf } from '../helpers/worker/journal.ts';

const MINUTE_MS = 60_000;
const wholeMinute = (ms: number) => Math.floor(ms / MINUTE_MS) * MINUTE_MS;

let viewer: SignedIn;
let projectId: string;

beforeEach(async () => {
  projectId = (await createProject()).id;
  viewer = await signInAs('viewer', [projectId]);
});

const get = (query = '') => callApp('GET', `/api/projects/${projectId}/ledger${query}`, { as: viewer });

describe('GET /api/projects/:id/ledger', () => {
  it('says of the last hour, minute by minute, what became of what, why, and who sent it', async () => {
    const nowMs = Date.now();
    await append({
      ...batchOf(projectId, [{ message: 'a' }, { message: 'b', level: {} }], { nowMs: nowMs - 5 * MINUTE_MS }),
      ...{ protocol: 'otlp', userAgent: 'OTel-OTLP-Exporter-JavaScript/0.2' },
    });
    await journalFor(env, projectId, 0).countRefused({ keyId: 'key_test', nowMs, code: 'scope_missing', requests: 2 });
    const { status, body } = await get();
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ requests: 3, received: 2, stored: 1, duplicate: 0, rejected: 1, refused: 2 },
      detailFromMs: body.fromMs,
      reasons: [{ keyId: 'key_test', reason: '/level', records: 1, lastMinute: wholeMinute(nowMs - 5 * MINUTE_MS) }],
      refusals: [{ keyId: 'key_test', code: 'scope_missing', requests: 2, lastMinute: wholeMinute(nowMs) }],
      sources: [
        {
          ...{ keyId: 'key_test', protocol: 'otlp', userAgent: 'OTel-OTLP-Exporter-JavaScript/0.2' },
          ...{ requests: 1, records: 2, lastSeenAtMs: nowMs - 5 * MINUTE_MS, lastRecordAtMs: nowMs - 5 * MINUTE_MS },
        },
      ],
      moreSources: false,
    });
    const none = { received: 0, stored: 0, duplicate: 0, rejected: 0, refused: 0, bytes: 0 };
    expect(body.minutes).toEqual([
      {
        ...none,
        ...{ minute: wholeMinute(nowMs - 5 * MINUTE_MS), keyId: 'key_test', requests: 1 },
        ...{ received: 2, stored: 1, rejected: 1, bytes: expect.any(Number) },
      },
      { ...none, minute: wholeMinute(nowMs), keyId: 'key_test', requests: 2, refused: 2 },
    ]);
    expect(body.toMs - body.fromMs).toBeLessThanOrEqual(61 * MINUTE_MS);
  });

  it('takes its range in Unix milliseconds or ISO 8601, and one key', async () => {
    const nowMs = Date.now();
    for (const keyId of ['key_a', 'key_b'])
      for (const ago of [30, 20, 10])
        await append(batchOf(projectId, [{ message: 'a' }], { keyId, nowMs: nowMs - ago * MINUTE_MS }));
    const from = new Date(nowMs - 25 * MINUTE_MS).toISOString();
    const { body } = await get(`?from=${from}&to=${nowMs - 5 * MINUTE_MS}&key=key_b`);
    expect(body.minutes.map(({ keyId, minute }: LedgerMinute) => [keyId, minute])).toEqual([
      ['key_b', wholeMinute(nowMs - 20 * MINUTE_MS)],
      ['key_b', wholeMinute(nowMs - 10 * MINUTE_MS)],
    ]);
    expect(body.sources).toMatchObject([{ keyId: 'key_b', requests: 3 }]);
    // The totals stay those of the project.
    expect([body.stored, body.keys.length]).toEqual([6, 2]);
    expect((await get('?key=key_none')).body).toMatchObject({ minutes: [], sources: [], stored: 6 });
  });

  it.each([
    ['?from=yesterday', '/from'],
    ['?to=2026-02-30', '/to'],
    ['?from=2000&to=1000', '/to'],
  ])('refuses %s and says which parameter is wrong', async (query, pointer) => {
    const { status, body } = await get(query);
    expect([status, body.code, body.errors[0].pointer]).toEqual([400, 'invalid_input', pointer]);
  });

  it('adds up what the shards of a project counted, a client of two of them once', async () => {
    const { id: keyId } = await createKey(projectId, ['ingest']);
    const nowMs = Date.now();
    for (const shard of [0, 1, 2]) {
      const batch = batchOf(projectId, [{ message: 'a' }, 'no record'], { keyId, nowMs: nowMs + shard });
      await journalFor(env, projectId, shard).append({ ...batch, shard });
    }
    const ctx = testCtx({ config: parseConfig({ ...env, JOURNAL_SHARDS: '3' }) });
    const scope = ledgerScope({}, nowMs + 10);
    const ledger = await readLedger(ctx, projectId, scope.ok ? scope.value : expect.fail('no scope'));
    expect(ledger).toMatchObject({ requests: 3, received: 6, stored: 3, rejected: 3 });
    expect(ledger.sources).toMatchObject([{ requests: 3, records: 6, firstSeenAtMs: nowMs, lastSeenAtMs: nowMs + 2 }]);
    expect(ledger.reasons).toMatchObject([{ records: 3 }]);
    expect(ledger.minutes.reduce((sum, { received }) => sum + received, 0)).toBe(6);
    expect(new Set(ledger.minutes.map(({ minute }) => minute)).size).toBe(ledger.minutes.length);
  });
});

describe('one answer', () => {
  const nowMs = wholeMinute(1_800_000_000_000);
  const none = { requests: 1, received: 1, stored: 1, duplicate: 0, rejected: 0, refused: 0, bytes: 1 };
  const scope = { keyId: null, fromMs: nowMs - 86_400_000, toMs: nowMs };
  /** `keys` keys that send every minute, the newest first, as a journal answers. */
  const busy = (keys: number): LedgerDetail => ({
    foldedBeforeMs: 0,
    causes: [],
    sources: [],
    minutes: Array.from({ length: ANSWERED_MINUTES + 1 }, (_, i) => ({
      ...none,
      minute: nowMs - (1 + Math.floor(i / keys)) * MINUTE_MS,
      keyId: `key_${i % keys}`,
    })),
  });

  it.each([1, 2])('holds whole minutes only, and says from when on, with %i shards that have too many', (shards) => {
    const view = mergeDetails(
      Array.from({ length: shards }, () => busy(30)),
      scope,
    );
    expect(view.minutes.length).toBeLessThanOrEqual(ANSWERED_MINUTES);
    expect(view.minutes[0]?.minute).toBe(view.detailFromMs);
    const byMinute = Map.groupBy(view.minutes, ({ minute }) => minute);
    expect(byMinute.size).toBe(333);
    for (const rows of byMinute.values()) expect(rows).toHaveLength(30);
    expect(view.minutes.every(({ received }) => received === shards)).toBe(true);
  });

  it('says from when on there are minutes where the journals have folded them', () => {
    const folded = { ...busy(1), minutes: [], foldedBeforeMs: nowMs - 3_600_000 };
    expect(mergeDetails([folded], scope).detailFromMs).toBe(nowMs - 3_600_000);
    expect(mergeDetails([{ ...folded, foldedBeforeMs: nowMs + 1e9 }], scope).detailFromMs).toBe(nowMs);
  });

  it('holds the clients seen last, and says that there are more', () => {
    const sources = Array.from({ length: ANSWERED_SOURCES + 1 }, (_, i) => ({
      ...{ keyId: 'key', protocol: 'ingest' as const, userAgent: `agent ${i}`, requests: 1, records: 1, bytes: 1 },
      ...{ firstSeenAtMs: 0, lastSeenAtMs: i, lastRecordAtMs: i },
    }));
    const view = mergeDetails([{ ...busy(1), minutes: [], sources }], scope);
    expect([view.sources.length, view.moreSources, view.sources[0]?.lastSeenAtMs]).toEqual([500, true, 500]);
  });

  it('is about a day at most: the last one of a longer range', () => {
    expect(ledgerScope({ from: String(nowMs - 30 * 86_400_000), to: String(nowMs) }, nowMs)).toEqual({
      ok: true,
      value: scope,
    });
  });
});
