import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { tellClocks } from '../../src/compliance/index.ts';
import { type NoticePorts, sendNotices } from '../../src/notices/index.ts';
import type { DeliveryEvent } from '../../src/wire/delivery.ts';
import { openBreach } from '../helpers/worker/breaches.ts';
import { testCtx } from '../helpers/worker/context.ts';

const HOUR_MS = 3_600_000;

describe('a deadline of a breach', () => {
  it('is told to the destinations that are set before it is over, once, also by the first run after the cron was away', async () => {
    const got = new Map<string, DeliveryEvent>();
    let isAway = true;
    const to = {
      id: 'dst_a',
      name: 'Pager',
      kind: 'webhook',
      disabled: false,
      projectId: 'prj_a',
      projectName: 'A',
    } as const;
    const ports: NoticePorts = {
      async enqueue(_, __, events) {
        if (isAway) return 'not_configured';
        for (const event of events) got.set(event.id, event);
        return 'enqueued';
      },
      find: async () => [to],
      list: async () => [to],
    };
    await env.DB.prepare(
      `INSERT INTO notice_settings VALUES (1, '["dst_a"]', 'https://ops.example', 0, 'usr_1')`,
    ).run();
    await env.DB.prepare('DELETE FROM notices').run();
    const nowMs = Date.now();
    const id = await openBreach(null, { detectedAtMs: nowMs, awareAtMs: nowMs });
    // What a minute's cron and that of two minutes do.
    const run = async (hours: number) => {
      const ctx = testCtx({ nowMs: nowMs + hours * HOUR_MS });
      await tellClocks(ctx);
      return sendNotices(ctx, ports);
    };
    const told = () =>
      [...got.values()].map(({ type, data }) => [
        type,
        data.severity,
        data.url,
        (data.notices as { detail: { beforeMs?: number } }[]).map(({ detail }) => (detail.beforeMs ?? 0) / HOUR_MS),
      ]);
    const path = `https://ops.example/compliance/breaches/${id}`;

    // Nobody ran for 67 hours, and then the destination does not answer.
    expect((await run(67)).problems).not.toEqual([]);
    isAway = false;
    await run(67.1);
    await run(67.1);
    expect(told()).toEqual([['breach.deadline', 'warning', path, expect.arrayContaining([48, 24, 6])]]);
    await run(71.1);
    expect(told()[1]).toEqual(['breach.deadline', 'warning', path, [1]]);
    await run(72.1);
    await run(100);
    expect(told().slice(2)).toEqual([['breach.overdue', 'critical', path, [0]]]);
  });

  it('that had passed when the breach was entered is overdue at once, and told as such alone', async () => {
    const awareAtMs = Date.now() - 100 * HOUR_MS;
    const id = await openBreach(null, { detectedAtMs: awareAtMs, awareAtMs });
    await tellClocks(testCtx({ nowMs: Date.now() + 1_000 }));
    const { results } = await env.DB.prepare(`SELECT kind FROM notices WHERE id LIKE '%' || ?1 || '%'`).bind(id).all();
    expect(results).toEqual([{ kind: 'breach.overdue' }]);
  });
});
