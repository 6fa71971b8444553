import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { createProject, createUser, signIn, signInAs } from '../helpers/worker/accounts.ts';
import { compliance, newBreach } from '../helpers/worker/breaches.ts';
import type { SignedIn } from '../helpers/worker/call-app.ts';
import { auditOf } from '../helpers/worker/context.ts';

const HOUR_MS = 3_600_000;
let admin: SignedIn;

beforeEach(async () => {
  admin = await signInAs('admin');
});

const call = (method: string, path: string, body?: unknown) => compliance(admin, method, path, body);
// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the route answers and asserts it
async function opened(more: Record<string, unknown> = {}): Promise<any> {
  const { status, body } = await call('POST', 'breaches', newBreach(more));
  expect([status, body.code]).toEqual([201, undefined]);
  return body;
}
const actions = async (target: string) => (await auditOf(target)).map(({ action }) => action);

describe('a breach', () => {
  it('is opened with the clocks of its regimes, which count from when it became known, and audited', async () => {
    const nowMs = Date.now();
    const breach = await opened({ regimeIds: ['gdpr', 'dpdp'], highRisk: true, nature: 'Copied' });
    expect(breach).toMatchObject({
      state: 'open',
      version: 1,
      nature: 'Copied',
      projectId: null,
      createdBy: admin.userId,
    });
    expect(breach.affected).toEqual({
      users: 0,
      records: 0,
      searching: false,
      pending: 0,
      queued: 0,
      delivered: 0,
      failed: 0,
    });
    const clocks = breach.clocks.map(({ id, dueAtMs, state }: { id: string; dueAtMs: number; state: string }) => [
      ...[id, dueAtMs - breach.awareAtMs, state],
    ]);
    expect(clocks).toEqual([
      ['dpdp.affected_at_once', 0, 'overdue'],
      ['dpdp.board_at_once', 0, 'overdue'],
      ['gdpr.affected', 0, 'overdue'],
      ['dpdp.board_72h', 72 * HOUR_MS, 'running'],
      ['gdpr.authority_72h', 72 * HOUR_MS, 'running'],
    ]);
    expect((await auditOf(breach.id))[0]).toMatchObject({
      ...{ action: 'breach.create', actor_id: admin.userId, project_id: null },
      detail: {
        title: 'Backup left open',
        awareAtMs: breach.awareAtMs,
        regimes: [
          { id: 'gdpr', version: 1 },
          { id: 'dpdp', version: 1 },
        ],
      },
    });
    expect((await call('GET', `breaches/${breach.id}`)).body).toMatchObject({ id: breach.id, clocks: breach.clocks });
    expect(breach.createdAtMs).toBeGreaterThanOrEqual(nowMs);
  });

  it.each<[string, object, string]>([
    ['no regime', { regimeIds: [] }, '/regimeIds'],
    ['a regime that nobody knows', { regimeIds: ['gdpr', 'none'] }, '/regimeIds/1'],
    ['a time to come', { awareAtMs: Date.now() + HOUR_MS }, '/awareAtMs'],
    ['knowledge before it was seen', { awareAtMs: 1, detectedAtMs: 2 }, '/awareAtMs'],
    ['an end before its beginning', { beganAtMs: 20, endedAtMs: 10 }, '/endedAtMs'],
    ['a beginning after it was seen', { detectedAtMs: 10, beganAtMs: 20 }, '/beganAtMs'],
    ['no title', { title: ' ' }, '/title'],
    ['a number that is none', { people: -1 }, '/people'],
    [
      'a reason for a clock that it has not',
      { lateReasons: { 'gdpr.affected': 'late' } },
      '/lateReasons/gdpr.affected',
    ],
    ['what nobody asked for', { severity: 3 }, ''],
  ])('is refused with %s', async (_, more, pointer) => {
    const { status, body } = await call('POST', 'breaches', newBreach(more as Record<string, unknown>));
    expect([status, body.code, body.errors[0].pointer]).toEqual([400, 'invalid_input', pointer]);
  });

  it('of a project that does not exist is refused as not found', async () => {
    expect((await call('POST', 'breaches', newBreach({ projectId: 'prj_none' }))).status).toBe(404);
    expect((await call('GET', 'breaches?project=prj_none')).status).toBe(404);
    expect((await call('GET', 'breaches/brc_none')).body.code).toBe('not_found');
  });

  it('is changed where it is at the version that the change was made from', async () => {
    const { id } = await opened();
    const changed = await call('PATCH', `breaches/${id}`, {
      version: 1,
      nature: 'Read by a stranger',
      state: 'contained',
      people: 12,
    });
    expect(changed.body).toMatchObject({
      version: 2,
      nature: 'Read by a stranger',
      state: 'contained',
      people: 12,
      title: 'Backup left open',
    });
    const overtaken = await call('PATCH', `breaches/${id}`, { version: 1, nature: 'Older' });
    expect([overtaken.status, overtaken.body.code, overtaken.body.version]).toEqual([409, 'breach_changed', 2]);
    expect((await call('GET', `breaches/${id}`)).body.nature).toBe('Read by a stranger');
    expect((await auditOf(id)).at(-1)).toMatchObject({
      action: 'breach.change',
      detail: { version: 2, changed: ['state', 'people', 'nature'] },
    });
  });

  it('of two changes from one version takes one, with its clocks', async () => {
    const { id } = await opened();
    const results = await Promise.all([
      call('PATCH', `breaches/${id}`, { version: 1, regimeIds: ['gdpr', 'dpdp'] }),
      call('PATCH', `breaches/${id}`, { version: 1, highRisk: true }),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual([200, 409]);
    const won = results.find(({ status }) => status === 200);
    expect((await call('GET', `breaches/${id}`)).body.clocks).toEqual(won?.body.clocks);
  });

  it('keeps the times at which it was detected and became known, whoever asks', async () => {
    const { id, awareAtMs } = await opened();
    const { status, body } = await call('PATCH', `breaches/${id}`, { version: 1, awareAtMs: awareAtMs - 1 });
    expect([status, body.errors]).toMatchObject([
      400,
      [{ pointer: '/awareAtMs', reason: expect.stringContaining('fixed') }],
    ]);
  });

  it('gets the clock of a high risk when the risk is high, and loses it with the risk', async () => {
    const { id } = await opened();
    const ids = ({ clocks }: { clocks: { id: string }[] }) => clocks.map((clock) => clock.id).sort();
    expect(ids((await call('PATCH', `breaches/${id}`, { version: 1, highRisk: true })).body)).toEqual([
      'gdpr.affected',
      'gdpr.authority_72h',
    ]);
    expect(ids((await call('PATCH', `breaches/${id}`, { version: 2, highRisk: false })).body)).toEqual([
      'gdpr.authority_72h',
    ]);
    expect(ids((await call('PATCH', `breaches/${id}`, { version: 3, regimeIds: ['dpdp'] })).body)).toEqual([
      ...['dpdp.affected_at_once', 'dpdp.board_72h', 'dpdp.board_at_once'],
    ]);
  });

  it('keeps the clocks of the version of a regime that it was opened with', async () => {
    const id = `own_${crypto.randomUUID().slice(0, 8)}`;
    const duty = {
      id: 'tell',
      label: 'Tell',
      toWhom: 'authority',
      remindBeforeMs: [],
      when: 'always',
      source: 'Policy',
    };
    const regime = (hours: number, version: number) => ({
      ...{
        name: 'Own',
        timeZone: 'UTC',
        erasureWithin: { days: 30 },
        reportSections: ['nature'],
        source: 'Policy',
        version,
      },
      breachDuties: [{ ...duty, within: { hours } }],
    });
    expect((await call('PUT', `regimes/${id}`, regime(24, 0))).body).toMatchObject({ id, version: 1, builtIn: false });
    const old = await opened({ regimeIds: [id] });
    expect((await call('PUT', `regimes/${id}`, regime(48, 1))).body).toMatchObject({ version: 2 });
    expect((await call('PUT', `regimes/${id}`, regime(1, 1))).body).toMatchObject({
      code: 'regime_changed',
      version: 2,
    });
    const changed = await call('PATCH', `breaches/${old.id}`, { version: 1, nature: 'More', regimeIds: [id, 'gdpr'] });
    expect(changed.body.clocks[0]).toMatchObject({
      id: `${id}.tell`,
      regimeVersion: 1,
      dueAtMs: old.awareAtMs + 24 * HOUR_MS,
    });
    expect((await opened({ regimeIds: [id] })).clocks[0]).toMatchObject({ regimeVersion: 2 });
    const { items } = (await call('GET', 'regimes')).body;
    expect(items.map((one: { id: string }) => one.id)).toEqual(expect.arrayContaining(['gdpr', 'dpdp', id]));
    expect(items.find((one: { id: string }) => one.id === id)).toMatchObject({ version: 2 });
  });

  it('has a built-in regime that nobody changes', async () => {
    const { body } = await call('GET', 'regimes');
    const { id: _, builtIn: __, ...gdpr } = body.items[0];
    const { status, body: refused } = await call('PUT', 'regimes/gdpr', gdpr);
    expect([status, refused.code]).toEqual([409, 'regime_built_in']);
    expect((await call('PUT', 'regimes/No!', gdpr)).status).toBe(400);
  });
});

describe('a clock of a breach', () => {
  it('is answered with a time and a note, and opened again', async () => {
    const { id, awareAtMs } = await opened();
    const path = `breaches/${id}/clocks/gdpr.authority_72h`;
    const done = await call('POST', path, { doneAtMs: awareAtMs + 1, note: 'Form 7 sent' });
    expect(done.body.clocks[0]).toMatchObject({ state: 'done', doneAtMs: awareAtMs + 1, note: 'Form 7 sent' });
    const open = await call('POST', path, { doneAtMs: null });
    expect(open.body.clocks[0]).toMatchObject({ state: 'running', doneAtMs: null, doneBy: null });
    const notNeeded = await call('POST', path, { notNeeded: true, note: 'No risk to anybody' });
    expect(notNeeded.body).toMatchObject({ version: 4, clocks: [{ state: 'not_needed', note: 'No risk to anybody' }] });
    expect(await actions(id)).toEqual(['breach.create', 'breach.clock', 'breach.clock', 'breach.clock']);
  });

  it('is refused a time to come, one before it was detected, and “not needed” without a reason', async () => {
    const { id, detectedAtMs } = await opened();
    const path = `breaches/${id}/clocks/gdpr.authority_72h`;
    expect((await call('POST', path, { doneAtMs: Date.now() + HOUR_MS })).status).toBe(400);
    expect((await call('POST', path, { doneAtMs: detectedAtMs - 1 })).status).toBe(400);
    expect((await call('POST', path, { notNeeded: true })).status).toBe(400);
    expect((await call('POST', `breaches/${id}/clocks/gdpr.none`, { doneAtMs: null })).body.code).toBe('not_found');
  });
});

describe('the resolution of a breach', () => {
  it('needs every clock answered, and ends all changes', async () => {
    const { id, awareAtMs } = await opened();
    const early = await call('POST', `breaches/${id}/resolve`, { version: 1, resolution: 'Closed' });
    expect([early.status, early.body.code, early.body.clocks]).toEqual([409, 'clocks_open', ['gdpr.authority_72h']]);
    await call('POST', `breaches/${id}/clocks/gdpr.authority_72h`, { doneAtMs: awareAtMs });
    const { body } = await call('POST', `breaches/${id}/resolve`, { version: 2, resolution: 'Keys were changed' });
    expect(body).toMatchObject({ state: 'resolved', version: 3, resolution: 'Keys were changed' });
    for (const [method, path, change] of [
      ['PATCH', '', { version: 3, nature: 'x' }],
      ['POST', '/resolve', { version: 3, resolution: 'x' }],
      ['POST', '/clocks/gdpr.authority_72h', { doneAtMs: null }],
    ] as const)
      expect((await call(method, `breaches/${id}${path}`, change)).body.code).toBe('breach_resolved');
    expect((await auditOf(id)).at(-1)).toMatchObject({
      action: 'breach.resolve',
      detail: { version: 3, resolution: 'Keys were changed' },
    });
  });

  it('asks who has not proved lately who they are', async () => {
    const { id } = await opened();
    const stale = await signIn(await createUser({ role: 'admin' }), Date.now() - 40 * 60_000);
    const { status, body } = await compliance(stale, 'POST', `breaches/${id}/resolve`, { version: 1, resolution: 'x' });
    expect([status, body.code]).toEqual([403, 'step_up_required']);
  });
});

describe('the register', () => {
  it('lists the next clock to run out first, and what is resolved last, page by page', async () => {
    const { id: projectId } = await createProject();
    const nowMs = Date.now();
    const aware = (hoursAgo: number) => ({
      projectId,
      detectedAtMs: nowMs - 90 * HOUR_MS,
      awareAtMs: nowMs - hoursAgo * HOUR_MS,
    });
    const [soon, later, answered, resolved] = [
      ...[await opened(aware(70)), await opened(aware(2)), await opened(aware(80)), await opened(aware(80))],
    ];
    for (const { id } of [answered, resolved])
      await call('POST', `breaches/${id}/clocks/gdpr.authority_72h`, { notNeeded: true, note: 'none' });
    await call('POST', `breaches/${resolved.id}/resolve`, { version: 2, resolution: 'Over' });
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await call('GET', `breaches?project=${projectId}&limit=1${cursor && `&cursor=${cursor}`}`);
      seen.push(...page.body.items.map(({ id }: { id: string }) => id));
      cursor = page.body.nextCursor;
    }
    expect(seen).toEqual([soon.id, later.id, answered.id, resolved.id]);
    const states = await call('GET', `breaches?project=${projectId}&state=resolved`);
    expect(states.body.items.map(({ id }: { id: string }) => id)).toEqual([resolved.id]);
    for (const wrong of ['limit=0', 'state=lost', 'cursor=x'])
      expect((await call('GET', `breaches?${wrong}`)).status).toBe(400);
  });

  it('reads a page of a hundred thousand breaches by its rows alone', async () => {
    const { id } = await opened();
    const facts = await env.DB.prepare('SELECT facts FROM breaches WHERE id = ?1').bind(id).first<string>('facts');
    await env.DB.batch([
      env.DB.prepare(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
         INSERT INTO breaches (id, title, state, version, detected_at_ms, aware_at_ms, facts, regimes, rank, sort_ms, created_at_ms, created_by, created_by_name)
         SELECT 'brc_many' || i, 't', 'open', 1, 1, 1, ?1, '[]', 0, i, 1, 'u', 'u' FROM n`,
      ).bind(facts),
      env.DB.prepare(`INSERT INTO breach_totals (breach_id) SELECT id FROM breaches WHERE id GLOB 'brc_many*'`),
    ]);
    const plans: [string, string][] = [
      ['', 'breaches_by_clock'],
      ["state = 'open' AND", 'breaches_by_state'],
      ["project_id = 'p' AND", 'breaches_by_project'],
    ];
    for (const [where, index] of plans) {
      const { results } = await env.DB.prepare(
        `EXPLAIN QUERY PLAN SELECT id FROM breaches WHERE ${where} (rank, sort_ms, id) > (0, 5, 'x') ORDER BY rank, sort_ms, id LIMIT 51`,
      ).all<{ detail: string }>();
      expect(results.map(({ detail }) => detail)).toEqual([expect.stringContaining(index)]);
    }
    const { body } = await call('GET', 'breaches?limit=50');
    expect(body.items.length).toBe(50);
    const { meta } = await env.DB.prepare(
      'SELECT id FROM breaches WHERE (rank, sort_ms, id) > (0, 50000, ?1) ORDER BY rank, sort_ms, id LIMIT 51',
    )
      .bind('x')
      .all();
    expect(meta.rows_read).toBeLessThan(200);
  });
});
