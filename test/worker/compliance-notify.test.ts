import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { runNotifications } from '../../src/compliance/index.ts';
import { createDestinationSchema } from '../../src/delivery/destinations/definition/schema.ts';
import { createDestination } from '../../src/delivery/destinations/verbs/create.ts';
import { destinationOf, type OpenDestination } from '../../src/delivery/index.ts';
import { createProject, createUser, signIn, signInAs } from '../helpers/worker/accounts.ts';
import { compliance, newBreach } from '../helpers/worker/breaches.ts';
import { ORIGIN, type SignedIn } from '../helpers/worker/call-app.ts';
import { auditOf, changesOf, testCtx } from '../helpers/worker/context.ts';
import { countingStatements } from '../helpers/worker/counting-database.ts';
import { RecordingDestinations } from '../helpers/worker/destination-object.ts';
import { atEachFaultPoint } from '../helpers/worker/fault-points.ts';

const TEXTS = { subject: 'About {{title}}', body: 'Dear {{userId}}, {{advice}}' };
let admin: SignedIn;
let projectId: string;
let breachId: string;
let destinationId: string;
let destinations: RecordingDestinations;

const call = (method: string, path: string, body?: unknown) => compliance(admin, method, path, body);
const ctx = (more = {}) => testCtx({ actor: { kind: 'system', job: 'breach_notify' }, ...more });
const run = (more = {}) => runNotifications(ctx(more), destinations.open);
const notify = (more: Record<string, unknown> = {}) =>
  call('POST', `breaches/${breachId}/notify`, { destinationId, ...TEXTS, ...more });
const summary = async () => (await call('GET', `breaches/${breachId}`)).body.affected;
const users = async (query = '') => (await call('GET', `breaches/${breachId}/affected${query}`)).body.items;
const told = () => [...destinations.of(destinationId).enqueued.values()];

async function open(more: Record<string, unknown> = {}): Promise<string> {
  return (await call('POST', 'breaches', newBreach({ projectId, advice: 'change your password', ...more }))).body.id;
}

/** As a search would find them. */
async function affect(count: number, of = breachId): Promise<void> {
  await env.DB.batch([
    env.DB.prepare(`INSERT INTO audit_context VALUES (1, 1, 'system', 'test', 'r', 'a')`),
    env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?3 - 1)
       INSERT INTO breach_affected (breach_id, project_id, user_id, records, first_ts, last_ts, search_number, state)
       SELECT ?1, ?2, printf('u%06d', i), 1, 1, 1, 1, 'waiting' FROM n`,
    ).bind(of, projectId, count),
    env.DB.prepare('DELETE FROM audit_context'),
  ]);
}

async function makeDestination(
  more: Record<string, unknown> = {},
  opens: OpenDestination = destinations.open,
): Promise<string> {
  const input = createDestinationSchema.parse({
    name: 'Mail',
    url: 'https://mail.example/send',
    maxPerSecond: 100,
    ...more,
  });
  const made = await createDestination(testCtx(), opens, { projectId, projectName: 'P', origin: ORIGIN }, input);
  if (!made.ok) throw new Error(made.error.kind);
  return made.value.id;
}

/** What the receiver made of events that are not settled yet. */
function settle(state: 'delivered' | 'dead', which = (_: number) => true): void {
  const { enqueued, ended } = destinations.of(destinationId);
  [...enqueued.keys()].forEach((id, i) => {
    if (!ended.has(id) && which(i))
      ended.set(id, { state, endedAtMs: 1_000 + i, reason: state === 'dead' ? 'It answered 550.' : null });
  });
}

beforeEach(async () => {
  destinations = new RecordingDestinations();
  admin = await signInAs('admin');
  projectId = (await createProject()).id;
  breachId = await open();
  destinationId = await makeDestination();
  // A run works at one breach: what earlier tests left comes last.
  await env.DB.prepare('UPDATE breach_totals SET worked_at_ms = 1e15 WHERE breach_id <> ?1').bind(breachId).run();
});

describe('a notification', () => {
  it('gives the destination an event for each user, with the words that were written for it', async () => {
    await affect(3);
    expect((await users())[0]).toMatchObject({ state: 'none' });
    const started = await notify();
    expect([started.status, started.body]).toMatchObject([
      201,
      { number: 1, destinationId, stoppedAtMs: null, ...TEXTS },
    ]);
    expect(await summary()).toMatchObject({ users: 3, pending: 3, queued: 0 });
    expect(await run()).toMatchObject({ breaches: 1, queued: 3 });
    expect(told()).toMatchObject([
      {
        ...{ type: 'breach.affected', projectId },
        data: {
          ...{ breachId, project: { id: projectId }, userId: 'u000000', title: 'About Backup left open' },
          body: 'Dear u000000, change your password',
        },
      },
      { data: { userId: 'u000001' } },
      { data: { userId: 'u000002' } },
    ]);
    const [first] = await users();
    expect(first).toMatchObject({ state: 'queued', deliveryId: `${destinationId}-${told()[0]?.id}` });
    expect((await auditOf(breachId)).map(({ action }) => action)).toEqual([
      'breach.create',
      'breach.notify',
      'breach.told',
    ]);
  });

  it('says who was reached, when, and why not', async () => {
    await affect(3);
    await notify();
    await run();
    settle('delivered', (i) => i === 0);
    settle('dead', (i) => i === 1);
    expect(await run()).toMatchObject({ delivered: 1, failed: 1 });
    expect(await users()).toMatchObject([
      { state: 'delivered', atMs: 1_000, problem: null },
      { state: 'failed', atMs: 1_001, problem: 'It answered 550.' },
      { state: 'queued' },
    ]);
    expect(await summary()).toMatchObject({ pending: 0, queued: 1, delivered: 1, failed: 1 });
    expect((await users('?state=failed')).map(({ userId }: { userId: string }) => userId)).toEqual(['u000001']);
    // Nothing is new: nothing is written.
    expect(await run()).toMatchObject({ queued: 0, delivered: 0, failed: 0 });
  });

  it('stops, and goes on with who was not told, also who was found since', async () => {
    await env.DB.prepare(`UPDATE destinations SET definition = json_set(definition, '$.maxPerSecond', 1) WHERE id = ?1`)
      .bind(destinationId)
      .run();
    await affect(130);
    await notify();
    expect(await run()).toMatchObject({ queued: 120 }); // what it sends in two minutes
    expect((await call('POST', `breaches/${breachId}/notify/stop`)).body.stoppedAtMs).not.toBeNull();
    settle('delivered');
    expect(await run()).toMatchObject({ queued: 0, delivered: 120 });
    expect((await call('POST', `breaches/${breachId}/notify/stop`)).body.code).toBe('not_notifying');
    expect(await summary()).toMatchObject({ pending: 10, delivered: 120 });
    await notify({ body: 'Dear {{userId}}: more' });
    expect(await run()).toMatchObject({ queued: 10 });
    expect(new Set(told().map(({ data }) => data.userId)).size).toBe(130);
    expect(told().at(-1)?.data.body).toBe('Dear u000129: more');
    const { items } = (await call('GET', `breaches/${breachId}/notify`)).body;
    expect(
      items.map(({ number, stoppedAtMs }: { number: number; stoppedAtMs: number | null }) => [
        number,
        stoppedAtMs !== null,
      ]),
    ).toEqual([
      [2, false],
      [1, true],
    ]);
  });

  it('tells everybody by the facts of the moment in which it began, and begins anew once they have changed', async () => {
    await affect(2);
    await notify();
    expect((await call('PATCH', `breaches/${breachId}`, { version: 1, advice: 'call us' })).status).toBe(200);
    await run();
    const words = told().map(({ data }) => data.body);
    expect(words).toEqual(['u000000', 'u000001'].map((user) => `Dear ${user}, change your password`));
    expect((await notify()).body).toMatchObject({ number: 2 });
  });

  it('asked for again in the same words goes on, and tries again who could not be told', async () => {
    await affect(2);
    await notify();
    expect((await notify()).body.number).toBe(1);
    await run();
    settle('dead');
    await run();
    expect(await summary()).toMatchObject({ failed: 2 });
    expect((await notify()).body.number).toBe(2);
    expect(await summary()).toMatchObject({ failed: 0, pending: 2 });
    await run();
    // Under the same ids: the destination has them, and tries its dead letters again.
    expect(told().length).toBe(2);
    expect(destinations.of(destinationId).replays).toEqual([{ kind: 'dead', eventIds: told().map(({ id }) => id) }]);
  });

  it('holds back while the destination does not answer, and while it is disabled', async () => {
    await affect(2);
    await notify();
    const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    destinations.of(destinationId).away = true;
    expect(await run()).toMatchObject({ queued: 0, away: 1 });
    expect(JSON.parse(String(logged.mock.calls[0]?.[0]))).toMatchObject({
      event: 'breach_destination_away',
      destinationId,
    });
    logged.mockRestore();
    destinations.of(destinationId).away = false;
    expect(await run()).toMatchObject({ queued: 2, away: 0 });
    const other = await open();
    await affect(1, other);
    const disabled = await makeDestination({ disabled: true });
    const { status, body } = await call('POST', `breaches/${other}/notify`, { destinationId: disabled, ...TEXTS });
    expect([status, body.errors[0].pointer]).toEqual([400, '/destinationId']);
  });

  it('gives nobody to a destination that was made a chat channel since', async () => {
    await affect(1);
    await notify();
    await env.DB.prepare(`UPDATE destinations SET definition = json_set(definition, '$.kind', 'slack') WHERE id = ?1`)
      .bind(destinationId)
      .run();
    expect(await run()).toMatchObject({ queued: 0 });
    expect(told()).toEqual([]);
  });

  it('says that it does not know where the destination has forgotten', async () => {
    await affect(1);
    await notify();
    await run();
    destinations.of(destinationId).enqueued.clear();
    await run();
    expect(await users()).toMatchObject([
      { state: 'failed', problem: expect.stringContaining('whether it arrived is not known') },
    ]);
  });

  it.each<[string, () => Record<string, unknown> | Promise<Record<string, unknown>>, string]>([
    ['a destination of another project', () => ({ destinationId: 'dst_0000000000000000' }), '/destinationId'],
    ['a placeholder that nobody fills', () => ({ body: 'Dear {{firstName}}' }), '/body'],
    ['a template that cannot be read', () => ({ subject: '{{#if title}}' }), '/subject'],
    ['no words', () => ({ body: ' ' }), '/body'],
    ['a chat channel', async () => ({ destinationId: await makeDestination({ kind: 'slack' }) }), '/destinationId'],
    ['a chat channel', async () => ({ destinationId: await makeDestination({ kind: 'discord' }) }), '/destinationId'],
  ])('is refused with %s', async (_, more, pointer) => {
    await affect(1);
    const { status, body } = await notify(await more());
    expect([status, body.errors[0].pointer]).toEqual([400, pointer]);
  });

  it('needs somebody who is affected, a breach that is open, and a proof of who asks', async () => {
    expect((await notify()).body.code).toBe('nobody_affected');
    await affect(1);
    const stale = await signIn(await createUser({ role: 'admin' }), Date.now() - 40 * 60_000);
    expect(
      (await compliance(stale, 'POST', `breaches/${breachId}/notify`, { destinationId, ...TEXTS })).body.code,
    ).toBe('step_up_required');
    await call('POST', `breaches/${breachId}/clocks/gdpr.authority_72h`, { notNeeded: true, note: 'no risk' });
    await notify();
    expect((await call('POST', `breaches/${breachId}/resolve`, { version: 2, resolution: 'over' })).body.code).toBe(
      'affected_in_work',
    );
    await run();
    expect((await call('POST', `breaches/${breachId}/resolve`, { version: 2, resolution: 'over' })).status).toBe(200);
    expect((await notify({ body: 'other' })).body.code).toBe('breach_resolved');
    settle('delivered');
    expect(await run()).toMatchObject({ delivered: 1 });
  });

  it('of two that begin at once is one', async () => {
    await affect(1);
    const both = await Promise.all([notify({ body: 'one' }), notify({ body: 'two' })]);
    expect(both.map(({ status }) => status)).toEqual([201, 201]);
    const { items } = (await call('GET', `breaches/${breachId}/notify`)).body;
    expect(items.filter(({ stoppedAtMs }: { stoppedAtMs: number | null }) => stoppedAtMs === null).length).toBe(1);
    expect(items[0].stoppedAtMs).toBeNull();
  });

  it('tells ten thousand in runs that each stay within their part of an invocation', async () => {
    await affect(10_000);
    await notify();
    let runs = 0;
    for (; (await summary()).delivered < 10_000; runs++) {
      const { db, count } = countingStatements(env.DB);
      const before = told().length;
      await run({ env: { ...env, DB: db } });
      expect(told().length - before).toBeLessThanOrEqual(5_000);
      expect(count()).toBeLessThan(150);
      settle('delivered');
      expect(runs).toBeLessThan(5);
    }
    expect(told().length).toBe(10_000);
    expect(await summary()).toMatchObject({ users: 10_000, pending: 0, queued: 0, failed: 0 });
    expect(await changesOf('breach_affected', breachId)).toEqual([]);
  }, 60_000);
});

describe('a run that dies', () => {
  const real: OpenDestination = (of, id) => destinationOf(of.env, id);
  const events = async (id: string) =>
    (await destinationOf(env, id).list({ state: null, fromMs: 0, toMs: 1e15, limit: 200, cursor: null })).items.map(
      ({ eventId }) => eventId,
    );

  it('leaves nobody out and tells nobody twice, whatever call to a store or to the destination it dies at', async () => {
    const boundaries = await atEachFaultPoint(env, {
      async prepare() {
        breachId = await open();
        await env.DB.prepare('UPDATE breach_totals SET worked_at_ms = 1e15 WHERE breach_id <> ?1').bind(breachId).run();
        await affect(3);
        destinationId = await makeDestination({}, real);
        // It takes all and sends nothing.
        await destinationOf(env, destinationId).act('isolate', 'test');
        expect((await notify()).status).toBe(201);
      },
      act: (faulty) => runNotifications(ctx({ env: faulty }), real),
      async check(_, place) {
        await runNotifications(ctx(), real);
        const given = await events(destinationId);
        const receipts = await users();
        const ids = receipts.map(({ deliveryId }: { deliveryId: string }) => deliveryId);
        expect([place, receipts.map(({ state }: { state: string }) => state)]).toEqual([
          place,
          ['queued', 'queued', 'queued'],
        ]);
        expect([place, given.length, new Set(ids).size]).toEqual([place, 3, 3]);
        expect([place, ids.sort()]).toEqual([place, given.map((id) => `${destinationId}-${id}`).sort()]);
        await destinationOf(env, destinationId).remove();
      },
    });
    expect(boundaries).toBeGreaterThan(10);
  }, 300_000);

  it('goes on to the destination and in the words that a user was claimed for, also where another was chosen since', async () => {
    await affect(1);
    await notify({ body: 'first words' });
    await runNotifications(
      ctx(),
      () => ({ ...destinations.of('none'), enqueue: () => Promise.reject(new Error('died')) }) as never,
    ).catch(() => undefined);
    const first = destinationId;
    const second = await makeDestination();
    await notify({ destinationId: second, body: 'second words' });
    await run();
    expect([destinations.of(first).enqueued.size, destinations.of(second).enqueued.size]).toEqual([1, 0]);
    expect(told()[0]?.data.body).toBe('first words');
  });
});
