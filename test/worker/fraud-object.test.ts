import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { Journal } from '../../durable-objects/journal/journal.ts';
import { fraudOf } from '../../src/fraud/index.ts';
import { DEFAULT_SETTINGS } from '../../src/fraud/risk/settings.ts';
import { signInAs } from '../helpers/worker/accounts.ts';
import { callApp } from '../helpers/worker/call-app.ts';
import { cookieOf, type FraudProject, fraudProject } from '../helpers/worker/fraud.ts';
import { everyRecord, ledgerOf } from '../helpers/worker/journal.ts';

const DAY_MS = 86_400_000;
const object = (project: FraudProject) => fraudOf(env, project.id);
const rowsOf = (project: FraudProject, sql: string) =>
  runInDurableObject(object(project), (_, { storage }) => storage.sql.exec(sql).toArray());
/** Awaited: armed ones also go off by themselves. */
const alarm = (project: FraudProject) => runInDurableObject(object(project), (instance) => instance.alarm());
const idsOf = (records: { id: string }[]) => records.map(({ id }) => id).sort();
const reviewsOf = (project: FraudProject, query: { status: 'open' | 'decided'; limit: number }) =>
  object(project).reviews({ ...query, cursor: null });
const outboxOf = async (project: FraudProject) => (await project.get('summary')).body.outbox;

describe('while the journal is away', () => {
  it('an event is decided and durable, says that its record is pending, and is sent when the journal is back', async () => {
    const project = await fraudProject();
    const away = vi.spyOn(Journal.prototype, 'append').mockRejectedValue(new Error('away'));
    const answers = [await project.event({ userId: 'u1' }), await project.event({ userId: 'u1' })];
    expect(answers.map(({ status, body }) => [status, body.recorded])).toEqual([
      [200, 'pending'],
      [200, 'pending'],
    ]);
    expect((await project.get('history?userId=u1')).body.items).toHaveLength(2);
    expect(await outboxOf(project)).toMatchObject({ pending: 2, failures: expect.any(Number) });
    expect(await everyRecord(project.id)).toEqual([]);
    away.mockRestore();
    await alarm(project);
    expect(idsOf(await everyRecord(project.id))).toEqual(idsOf(answers.map(({ body }) => ({ id: body.eventId }))));
    expect(await outboxOf(project)).toEqual({ pending: 0, failures: 0, oldestPendingAtMs: null });
    expect(await ledgerOf(project.id)).toMatchObject({ received: 2, stored: 2, duplicate: 0, rejected: 0 });
  });

  it('a full one refuses no event', async () => {
    const project = await fraudProject();
    const full = vi
      .spyOn(Journal.prototype, 'append')
      .mockResolvedValue({ kind: 'backlog_full', retryAfterSeconds: 1 });
    expect((await project.event({ userId: 'u1' })).body.recorded).toBe('pending');
    full.mockRestore();
    await alarm(project);
    expect(await everyRecord(project.id)).toHaveLength(1);
  });

  it('a repeat of a pending event gets its decision, and is no second event', async () => {
    const project = await fraudProject();
    const away = vi.spyOn(Journal.prototype, 'append').mockRejectedValue(new Error('away'));
    const headers = { 'idempotency-key': 'k' };
    const first = await project.event({ userId: 'u1' }, { headers });
    const again = await project.event({ userId: 'u1' }, { headers });
    expect([again.body, again.headers.get('idempotent-replayed')]).toEqual([first.body, 'true']);
    away.mockRestore();
    await alarm(project);
    expect((await project.event({ userId: 'u1' }, { headers })).body).toEqual({ ...first.body, recorded: 'stored' });
    expect(await everyRecord(project.id)).toHaveLength(1);
  });
});

describe('while the journal hangs', () => {
  it('a repeat is answered all the same', async () => {
    const project = await fraudProject();
    const headers = { 'idempotency-key': 'k' };
    const first = await project.event({ userId: 'u1' }, { headers });
    const hanging = vi.spyOn(Journal.prototype, 'repeatOf').mockReturnValue(scheduler.wait(60_000) as never);
    expect((await project.event({ userId: 'u1' }, { headers })).body).toEqual(first.body);
    hanging.mockRestore();
  });
});

describe('an instance that dies', () => {
  it('between the journal and its own note leaves each record once', async () => {
    const project = await fraudProject();
    const answer = await project.event({ userId: 'u1' });
    expect(await rowsOf(project, 'SELECT seq FROM outbox')).toHaveLength(1); // the next transaction would have deleted it
    await evictDurableObject(object(project));
    await alarm(project);
    expect(idsOf(await everyRecord(project.id))).toEqual([answer.body.eventId]);
    expect(await rowsOf(project, 'SELECT seq FROM outbox')).toEqual([]);
    const ledger = await ledgerOf(project.id);
    expect(ledger.received).toBe(ledger.stored + ledger.duplicate + ledger.rejected);
    expect(ledger.stored).toBe(1);
  });

  it('is no reason to send again what a living one knows to be in the journal', async () => {
    const project = await fraudProject();
    await project.event({ userId: 'u1' });
    await alarm(project);
    expect(await ledgerOf(project.id)).toMatchObject({ received: 1, stored: 1, duplicate: 0 });
  });

  it('before the journal sends again what it wrote, in the same groups, and new events in others', async () => {
    const project = await fraudProject();
    const away = vi.spyOn(Journal.prototype, 'append').mockRejectedValue(new Error('away'));
    for (let i = 0; i < 3; i++) await project.event({ userId: `u${i}` });
    await evictDurableObject(object(project));
    away.mockRestore();
    await project.event({ userId: 'u3' });
    await alarm(project);
    await alarm(project);
    const history = (await project.get('events')).body.items;
    expect(history).toHaveLength(4);
    expect(idsOf(await everyRecord(project.id))).toEqual(idsOf(history));
    expect((await ledgerOf(project.id)).stored).toBe(4);
  });

  it('keeps sessions, windows, settings and the key of references', async () => {
    const project = await fraudProject();
    const opened = await project.login({ userId: 'u1' });
    await object(project).configure({ ...DEFAULT_SETTINGS, version: 7, reviewAt: 1, denyAt: 2 });
    await project.event({}, { headers: cookieOf(opened) });
    const before = await object(project).referenceOf(project.id, 'email', 'a@b.c');
    await evictDurableObject(object(project));
    const after = await project.event({}, { headers: cookieOf(opened) });
    expect(after.body).toMatchObject({ userId: 'u1', session: 'valid', rulesVersion: 7 });
    const { facts } = (await project.get('history?userId=u1')).body.items[0];
    expect(facts.user.lastMinute).toEqual({ events: 1, failures: 0 });
    expect(await object(project).referenceOf(project.id, 'email', 'a@b.c')).toBe(before);
  });
});

describe('events that come at once', () => {
  it('are each decided after the one before, and each is a record once', async () => {
    const project = await fraudProject();
    const appends = vi.spyOn(Journal.prototype, 'append');
    const answers = await Promise.all(
      Array.from({ length: 40 }, () =>
        project.event({ userId: 'u1', success: false, client: { address: '198.51.100.1' } }),
      ),
    );
    expect(answers.every(({ body }) => body.recorded === 'stored')).toBe(true);
    const { items } = (await project.get('history?userId=u1&limit=200')).body;
    const counts = items.map(({ facts }: { facts: { user: { lastMinute: unknown } } }) => facts.user.lastMinute);
    expect(counts).toEqual(Array.from({ length: 40 }, (_, i) => ({ events: 39 - i, failures: 39 - i })));
    expect(items[0].facts.address.lastHour).toEqual({ events: 39, failures: 39 });
    expect(idsOf(await everyRecord(project.id))).toEqual(idsOf(items));
    expect(await ledgerOf(project.id)).toMatchObject({ received: 40, stored: 40 });
    expect(appends.mock.calls.length).toBeLessThan(40);
    appends.mockRestore();
  });

  it('of one idempotency key are one', async () => {
    const project = await fraudProject();
    const headers = { 'idempotency-key': 'same' };
    const answers = await Promise.all(Array.from({ length: 8 }, () => project.event({ userId: 'u1' }, { headers })));
    expect(new Set(answers.map(({ body }) => body.eventId)).size).toBe(1);
    expect(await everyRecord(project.id)).toHaveLength(1);
    expect(await ledgerOf(project.id)).toMatchObject({ received: 8, stored: 1, duplicate: 7, rejected: 0 });
  });
});

describe('the end of a key or project', () => {
  it('is known to the object before it is answered', async () => {
    const project = await fraudProject();
    const admin = await signInAs('admin');
    expect((await project.event({ userId: 'u1' })).status).toBe(200);
    const path = `/api/projects/${project.id}`;
    expect((await callApp('DELETE', `${path}/keys/${project.keyId}`, { as: admin })).status).toBe(204);
    for (const [route, body] of [
      ['event', { eventType: 'payment', userId: 'u1' }],
      ['login', { userId: 'u1' }],
      ['register', { userId: 'u1', references: { phone: '+491701234' } }],
      ['revoke', { userId: 'u1' }],
    ] as const) {
      const answer = await project.post(route, body);
      expect([answer.status, answer.body.code]).toEqual([401, 'key_revoked']);
    }
    expect((await everyRecord(project.id)).length).toBe(1);
  });

  it('loses no event that was taken before', async () => {
    const project = await fraudProject();
    const away = vi.spyOn(Journal.prototype, 'append').mockRejectedValue(new Error('away'));
    const { body } = await project.event({ userId: 'u1' });
    const admin = await signInAs('admin');
    await callApp('DELETE', `/api/projects/${project.id}/keys/${project.keyId}`, { as: admin });
    away.mockRestore();
    await alarm(project);
    expect(idsOf(await everyRecord(project.id))).toEqual([body.eventId]);
  });
});

describe('verdicts', () => {
  it('feed back into the user and the device, and are taken back', async () => {
    const project = await fraudProject();
    const opened = await project.login({ userId: 'u1' });
    const { body } = await project.event({}, { headers: cookieOf(opened) });
    const judge = (verdict: 'fraud' | 'legitimate' | 'unsure', atMs: number) =>
      object(project).applyVerdict({ eventId: body.eventId, verdict, atMs });
    const confirmed = async () => {
      await project.event({}, { headers: cookieOf(opened) });
      const { confirmedFraud, confirmedLegitimate } = (await project.get('history?userId=u1')).body.items[0].facts;
      return [confirmedFraud.user, confirmedFraud.device, confirmedLegitimate.user, confirmedLegitimate.device];
    };
    expect(await judge('fraud', 1)).toBe('applied');
    expect(await confirmed()).toEqual([true, true, false, false]);
    const decided = await reviewsOf(project, { status: 'decided', limit: 10 });
    expect(decided.items.map(({ id, verdict }) => [id, verdict])).toEqual([[body.eventId, 'fraud']]);
    expect(await judge('legitimate', 2)).toBe('applied');
    expect(await confirmed()).toEqual([false, false, true, true]);
    expect(await judge('unsure', 3)).toBe('applied');
    expect(await confirmed()).toEqual([false, false, false, false]);
    expect(await object(project).applyVerdict({ eventId: 'none', verdict: 'fraud', atMs: 1 })).toBe('unknown_event');
  });

  it('that arrive late change nothing: of two the later one stays', async () => {
    const project = await fraudProject();
    const { body } = await project.event({ userId: 'u1' });
    const judge = (verdict: 'fraud' | 'legitimate', atMs: number) =>
      object(project).applyVerdict({ eventId: body.eventId, verdict, atMs });
    expect(await judge('legitimate', 2_000)).toBe('applied');
    expect(await judge('fraud', 1_000)).toBe('applied');
    await project.event({ userId: 'u1' });
    const { items } = (await project.get('history?userId=u1')).body;
    expect(items.at(-1).verdict).toBe('legitimate');
    expect(items[0].facts.confirmedFraud.user).toBe(false);
  });

  it('come from a queue of the events to be reviewed, and show the quality of the rules', async () => {
    const project = await fraudProject();
    await object(project).configure({ ...DEFAULT_SETTINGS, version: 1, reviewAt: 1, denyAt: 100 });
    for (let i = 0; i < 9; i++) await project.event({ userId: 'u1', success: false });
    const open = await reviewsOf(project, { status: 'open', limit: 2 });
    expect([open.items.length, open.nextCursor === null]).toEqual([2, false]);
    const summary = (await project.get('summary')).body;
    expect(summary).toMatchObject({ events: 9, sessions: 0 });
    expect(summary.openReviews).toBe(summary.decisions.review);
    const [worst] = open.items;
    await object(project).applyVerdict({ eventId: worst?.id ?? '', verdict: 'fraud', atMs: Date.now() });
    const quality = await object(project).quality();
    const names = worst?.reasons.map(({ rule }) => rule) ?? [];
    expect(names.length).toBeGreaterThan(0);
    for (const rule of names)
      expect(quality.find((row) => row.rule === rule)).toMatchObject({ fraud: 1, legitimate: 0 });
    expect((await project.get(`events?rule=${names[0]}`)).body.items.length).toBeGreaterThan(0);
    expect((await project.get('events?decision=deny')).body.items).toEqual([]);
  });
});

describe('lists', () => {
  it('go on behind their cursor, newest first; replays oldest first', async () => {
    const project = await fraudProject();
    for (let i = 0; i < 5; i++) await project.event({ userId: 'u1', metadata: { i } });
    const first = (await project.get('events?limit=3')).body;
    const rest = (await project.get(`events?limit=3&cursor=${first.nextCursor}`)).body;
    const order = [...first.items, ...rest.items].map(({ metadata }) => metadata.i);
    expect([order, rest.nextCursor]).toEqual([[4, 3, 2, 1, 0], null]);
    const range = { fromMs: 0, toMs: Date.now() + DAY_MS };
    const replay = await object(project).eventsForReplay({ ...range, cursor: null, limit: 3 });
    const more = await object(project).eventsForReplay({ ...range, cursor: replay.nextCursor, limit: 3 });
    const ids = [...replay.items, ...more.items].map(({ id }) => id);
    expect([ids, more.nextCursor]).toEqual([[...first.items, ...rest.items].map(({ id }) => id).reverse(), null]);
  });
});

describe('the alarm', () => {
  it('forgets what is past its time, and keeps what waits for the journal', async () => {
    const project = await fraudProject();
    await project.login({ userId: 'u1' });
    await project.event({ userId: 'u1' }, { headers: { 'idempotency-key': 'k' } });
    await project.event({ userId: 'u1' });
    await alarm(project);
    const away = vi.spyOn(Journal.prototype, 'append').mockRejectedValue(new Error('away'));
    const waiting = await project.event({ userId: 'u1' });
    await runInDurableObject(object(project), (_, { storage }) => {
      storage.sql.exec(`UPDATE events SET at_ms = at_ms - ${91 * DAY_MS}`);
      storage.sql.exec('UPDATE sessions SET expires_at_ms = 0');
      storage.sql.exec('UPDATE device_cookies SET expires_at_ms = 0');
      storage.sql.exec('UPDATE answers SET expires_at_ms = 0');
      storage.sql.exec(`DELETE FROM meta WHERE name = 'cleaned_at_ms'`);
    });
    await alarm(project);
    const left = await rowsOf(project, 'SELECT id FROM events');
    expect(left).toEqual([{ id: waiting.body.eventId }]);
    for (const table of ['sessions', 'device_cookies', 'answers'])
      expect(await rowsOf(project, `SELECT * FROM ${table}`), table).toEqual([]);
    away.mockRestore();
    await alarm(project);
    expect(await everyRecord(project.id)).toHaveLength(3);
  });

  it('forgets users who have not been seen, with devices and marks, and nobody who still signs in', async () => {
    const project = await fraudProject();
    const opened = await project.login({ userId: 'gone' });
    const { body } = await project.event({}, { headers: cookieOf(opened) });
    await object(project).applyVerdict({ eventId: body.eventId, verdict: 'legitimate', atMs: 1 });
    await project.login({ userId: 'here' });
    const age = (sql: string) =>
      runInDurableObject(object(project), (_, { storage }) => storage.sql.exec(sql).toArray());
    await age(`UPDATE users SET last_seen_at_ms = last_seen_at_ms - ${401 * DAY_MS}`);
    await project.login({ userId: 'here' });
    await age(`DELETE FROM meta WHERE name = 'cleaned_at_ms'`);
    await alarm(project);
    expect(await rowsOf(project, 'SELECT user_id FROM users')).toEqual([{ user_id: 'here' }]);
    expect(await rowsOf(project, 'SELECT * FROM marks')).toEqual([]);
    expect(await rowsOf(project, 'SELECT count(*) AS rows FROM devices')).toEqual([{ rows: 2 }]);
  });

  it('is armed again by an instance that starts', async () => {
    const project = await fraudProject();
    await project.event({ userId: 'u1' });
    await runInDurableObject(object(project), (_, { storage }) => storage.deleteAlarm());
    await evictDurableObject(object(project));
    await project.get('summary');
    const armed = await runInDurableObject(object(project), (_, { storage }) => storage.getAlarm());
    expect(armed).not.toBeNull();
  });
});
