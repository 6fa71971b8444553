import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { renderBody } from '../../src/delivery/body/render-body.ts';
import { destinationOf } from '../../src/delivery/index.ts';
import type { Ctx } from '../../src/env.ts';
import {
  forgetNotices,
  type NewNotice,
  type NoticePorts,
  noticeStatement,
  sendNotices,
} from '../../src/notices/index.ts';
import { countUnsent } from '../../src/notices/list-store.ts';
import { NOTICES_PER_BUNDLE } from '../../src/notices/sending/bundle-store.ts';
import { noticePorts } from '../../src/ports.ts';
import type { DeliveryEvent } from '../../src/wire/delivery.ts';
import type { Notice } from '../../src/wire/jobs.ts';
import { signInAs } from '../helpers/worker/accounts.ts';
import { callApp, ORIGIN, type SignedIn } from '../helpers/worker/call-app.ts';
import { auditOf, testCtx } from '../helpers/worker/context.ts';
import { makeFixture } from '../helpers/worker/fixture.ts';

const DAY_MS = 24 * 3_600_000;
let admin: SignedIn;
beforeAll(async () => {
  admin = await signInAs('admin');
});

beforeEach(async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  await env.DB.batch(
    ['notices', 'notice_bundles', 'notice_settings'].map((table) => env.DB.prepare(`DELETE FROM ${table}`)),
  );
  // Emptying the settings past the program is what an operator would be told of.
  await env.DB.prepare('DELETE FROM notices').run();
});

const notice = (id: string, more: Partial<NewNotice> = {}): NewNotice => ({
  ...{
    id,
    kind: 'job.failed',
    severity: 'warning',
    title: `Notice ${id}`,
    detail: { job: id },
    path: '/operations/jobs',
  },
  ...more,
});
const raise = (ctx: Ctx, ...notices: NewNotice[]) => env.DB.batch(notices.map((one) => noticeStatement(ctx, one)));
const allNotices = async (as = admin) => (await callApp('GET', '/api/notices', { as })).body.items as Notice[];

/** Destinations that note what they get. */
function receivers(...ids: string[]) {
  const got = new Map<string, DeliveryEvent[]>(ids.map((id) => [id, []]));
  const away = new Set<string>();
  const known = ids.map((id) => ({
    ...{
      id,
      name: `Receiver ${id}`,
      kind: 'webhook' as const,
      disabled: false,
      projectId: `prj_${id}`,
      projectName: id,
    },
  }));
  const ports: NoticePorts = {
    async enqueue(_, id, events) {
      if (away.has(id)) throw new Error('away');
      const queue = got.get(id) ?? [];
      queue.push(...events.filter((event) => queue.every((there) => there.id !== event.id)));
      return 'enqueued';
    },
    find: async (_, wanted) => known.filter(({ id }) => wanted.includes(id)),
    list: async () => known,
  };
  return { got: (id: string) => got.get(id) ?? [], away, ports };
}

const set = (...ids: string[]) =>
  env.DB.prepare("INSERT INTO notice_settings VALUES (1, ?1, 'https://ops.example', 0, 'usr_1')")
    .bind(JSON.stringify(ids))
    .run()
    .then(() => env.DB.prepare('DELETE FROM notices').run());

describe('notices', () => {
  it('are sent together by their kind, each destination getting an event of its own project, once', async () => {
    const { got, ports } = receivers('a', 'b');
    await set('a', 'b');
    const ctx = testCtx();
    await raise(
      ctx,
      notice('1'),
      notice('2', { severity: 'critical' }),
      notice('3', { kind: 'archive.failed', path: null }),
    );
    expect(await sendNotices(ctx, ports)).toEqual({ counts: { bundles: 2, sent: 2 }, problems: [] });
    expect(await sendNotices(ctx, ports)).toEqual({ counts: { bundles: 0, sent: 0 }, problems: [] });
    expect(
      got('a')
        .map(({ type }) => type)
        .sort(),
    ).toEqual(['archive.failed', 'job.failed']);
    const event = got('b').find(({ type }) => type === 'job.failed');
    expect(event).toMatchObject({
      projectId: 'prj_b',
      id: expect.stringMatching(/^evt_[a-z0-9]{16}$/),
      data: { count: 2, severity: 'critical', url: 'https://ops.example/operations/jobs' },
    });
    expect(event?.data.notices).toMatchObject([
      { id: '2', summary: 'Notice 2: job 2' },
      { id: '1', summary: 'Notice 1: job 1' },
    ]);
    expect((await allNotices()).map(({ sentAtMs }) => sentAtMs)).toEqual([ctx.nowMs, ctx.nowMs, ctx.nowMs]);
  });

  it('that came after the last run go as another event, and none twice', async () => {
    const { got, ports } = receivers('a');
    await set('a');
    const ctx = testCtx();
    await raise(ctx, notice('1'));
    await sendNotices(ctx, ports);
    await raise(ctx, notice('1'), notice('2'));
    await sendNotices(ctx, ports);
    expect(got('a').map(({ data }) => (data.notices as { id: string }[]).map(({ id }) => id))).toEqual([['1'], ['2']]);
    expect(new Set(got('a').map(({ id }) => id)).size).toBe(2);
  });

  it('reach the other destinations while one is away, and that one, with the same event, once it is back', async () => {
    const { got, away, ports } = receivers('a', 'b');
    await set('a', 'b');
    const ctx = testCtx();
    await raise(ctx, notice('1'));
    away.add('a');
    const { counts, problems } = await sendNotices(ctx, ports);
    expect([counts, problems]).toEqual([
      { bundles: 1, sent: 0 },
      ['The destination Receiver a is away: it is told in a minute.'],
    ]);
    expect([got('a'), got('b').length]).toEqual([[], 1]);
    expect((await allNotices())[0]?.sentAtMs).toBeNull();
    const later = testCtx({ nowMs: ctx.nowMs + 60_000 }); // of one moment either may be first
    await raise(later, notice('2'));
    await sendNotices(later, ports);
    away.clear();
    expect((await sendNotices(later, ports)).problems).toEqual([]);
    expect(got('a').map(({ id }) => id)).toEqual(got('b').map(({ id }) => id));
    expect(got('a')).toHaveLength(2);
    expect((await allNotices()).every(({ sentAtMs }) => sentAtMs !== null)).toBe(true);
  });

  it('reach the others where a destination was deleted, which is said', async () => {
    const { got, ports } = receivers('a');
    await set('a', 'gone');
    await raise(testCtx(), notice('1'));
    const { counts, problems } = await sendNotices(testCtx(), ports);
    expect(counts).toEqual({ bundles: 1, sent: 1 });
    expect(problems).toEqual(['The destination gone, which notices go to, was deleted: choose another one.']);
    expect(got('a')).toHaveLength(1);
  });

  it('are kept and listed where no destination is set, and of those only the last day is told to the first', async () => {
    const { got, ports } = receivers('a');
    const nowMs = Date.now();
    await raise(testCtx({ nowMs: nowMs - DAY_MS - 1 }), notice('old'));
    await raise(testCtx({ nowMs }), notice('new'));
    await sendNotices(testCtx({ nowMs }), ports);
    expect((await allNotices()).map(({ id, sentAtMs }) => [id, sentAtMs])).toEqual([
      ['new', null],
      ['old', null],
    ]);
    expect(await countUnsent(env.DB, nowMs - DAY_MS, 1_000)).toBe(1);
    await set('a');
    await raise(testCtx({ nowMs: nowMs - DAY_MS - 1 }), notice('old'));
    await raise(testCtx({ nowMs }), notice('new'));
    await sendNotices(testCtx({ nowMs }), ports);
    expect(got('a').map(({ data }) => data.count)).toEqual([1]);
    expect(await countUnsent(env.DB, nowMs - DAY_MS, 1_000)).toBe(0);
  });

  it('that flood are a bounded number of events, with a number and the newest of them', async () => {
    const { got, ports } = receivers('a');
    await set('a');
    const nowMs = Date.now();
    const flood = 3 * NOTICES_PER_BUNDLE - 5_000;
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
       INSERT INTO notices (id, kind, severity, title, detail, path, at_ms)
       SELECT 'audit.console_write/' || i, 'audit.console_write', 'critical', 'A write', json_object('target', printf('%.*c', 3000, 'x')), NULL, ?2 + i FROM n`,
    )
      .bind(flood, nowMs - 100_000)
      .run();
    for (let run = 0; run < 4; run++) await sendNotices(testCtx({ nowMs }), ports);
    expect(got('a').map(({ data }) => data.count)).toEqual([
      NOTICES_PER_BUNDLE,
      NOTICES_PER_BUNDLE,
      flood % NOTICES_PER_BUNDLE,
    ]);
    for (const event of got('a')) expect(JSON.stringify(event).length).toBeLessThan(20_000);
    expect(got('a')[0]?.data.notices).toHaveLength(20);
  });

  it('read as a message in Slack and Discord', () => {
    const at = '2026-11-27T00:00:00.000Z';
    const data = {
      ...{ id: 'ntb_1', kind: 'job.failed', severity: 'warning', count: 30, title: 'The job archive failed' },
      url: 'https://ops.example/operations/jobs',
      notices: [
        { id: '1', severity: 'warning', title: 'The job archive failed', at, detail: {}, url: null, summary: 'Why' },
      ],
    };
    const event = { id: 'evt_1', type: 'job.failed', projectId: 'p', subject: 'job.failed', createdAtMs: 0, data };
    for (const kind of ['slack', 'discord'] as const) {
      const rendered = renderBody({ kind, template: null }, event);
      const body = rendered.ok ? rendered.value.body : '';
      for (const text of [
        'WARNING',
        'The job archive failed',
        '30',
        'Why',
        'warning',
        'https://ops.example/operations/jobs',
      ])
        expect(body).toContain(text);
    }
  });

  it('go after 400 days, with their bundles, and a second run changes nothing', async () => {
    const { ports } = receivers('a');
    await set('a');
    const nowMs = Date.now();
    await raise(testCtx({ nowMs }), notice('1'));
    await sendNotices(testCtx({ nowMs }), ports);
    expect(await forgetNotices(testCtx({ nowMs: nowMs + 400 * DAY_MS }))).toEqual({ notices: 0 });
    expect(await forgetNotices(testCtx({ nowMs: nowMs + 400 * DAY_MS + 1 }))).toEqual({ notices: 1 });
    expect(await forgetNotices(testCtx({ nowMs: nowMs + 400 * DAY_MS + 1 }))).toEqual({ notices: 0 });
    expect((await env.DB.prepare('SELECT count(*) AS n FROM notice_bundles').first('n')) as number).toBe(0);
  });
});

describe('the routes of notices', () => {
  it('list them newest first, page by page', async () => {
    for (let i = 0; i < 5; i++) await raise(testCtx({ nowMs: 1_000 + (i >> 1) }), notice(String(i)));
    const first = await callApp('GET', '/api/notices?limit=2', { as: admin });
    expect(first.body.items.map(({ id }: Notice) => id)).toEqual(['4', '3']);
    const second = await callApp('GET', `/api/notices?limit=2&cursor=${first.body.nextCursor}`, { as: admin });
    expect(second.body.items.map(({ id }: Notice) => id)).toEqual(['2', '1']);
    const last = await callApp('GET', `/api/notices?limit=2&cursor=${second.body.nextCursor}`, { as: admin });
    expect([last.body.items.map(({ id }: Notice) => id), last.body.nextCursor]).toEqual([['0'], null]);
    expect((await callApp('GET', '/api/notices?cursor=no', { as: admin })).status).toBe(400);
  });

  it('take destinations of any project, say who changed them in the audit trail, and what is there to choose from', async () => {
    const [one, two] = [await makeFixture(), await makeFixture()];
    const destinationIds = [one.destinationId, two.destinationId];
    const changed = await callApp('PUT', '/api/notices/settings', { as: admin, body: { destinationIds } });
    expect(changed).toMatchObject({ status: 200, body: { destinationIds } });
    expect(changed.body.destinations.map(({ id }: { id: string }) => id)).toEqual(
      expect.arrayContaining(destinationIds),
    );
    expect(changed.body.destinations[0]).toMatchObject({ name: 'receiver', kind: 'webhook', disabled: true });
    expect((await callApp('GET', '/api/notices/settings', { as: admin })).body).toEqual(changed.body);
    expect(await auditOf('notice_settings')).toMatchObject([
      { action: 'notice_settings.change', actor_id: admin.userId, detail: { destinationIds } },
    ]);
    const row = await env.DB.prepare(
      "SELECT actor_id, new_values FROM audit WHERE table_name = 'notice_settings' ORDER BY seq DESC",
    ).first();
    expect(row).toMatchObject({ actor_id: admin.userId });
    expect(JSON.parse(String(row?.new_values))).toMatchObject({ destination_ids: destinationIds, origin: ORIGIN });
  });

  it.each([
    ['one that is not there', ['dst_none'], '/destinationIds/0'],
    ['the same one twice', ['dst_a', 'dst_a'], '/destinationIds'],
    ['more than 20', Array.from({ length: 21 }, (_, i) => `dst_${i}`), '/destinationIds'],
  ])('refuse %s', async (_, destinationIds, pointer) => {
    const { status, body } = await callApp('PUT', '/api/notices/settings', { as: admin, body: { destinationIds } });
    expect([status, body.errors[0].pointer]).toEqual([400, pointer]);
  });

  it('set a destination whose object gets the event, once, however often cron runs', async () => {
    const { destinationId } = await makeFixture();
    await callApp('PUT', '/api/notices/settings', { as: admin, body: { destinationIds: [destinationId] } });
    await raise(testCtx(), notice('real'));
    expect((await sendNotices(testCtx(), noticePorts)).problems).toEqual([]);
    await env.DB.prepare("UPDATE notice_bundles SET sent_at_ms = NULL, told = '[]'").run();
    await sendNotices(testCtx(), noticePorts);
    const query = { state: null, fromMs: 0, toMs: Date.now() + DAY_MS, limit: 100, cursor: null };
    const { items } = await destinationOf(env, destinationId).list(query);
    expect(items.filter(({ type }) => type === 'job.failed')).toHaveLength(1);
  });
});
