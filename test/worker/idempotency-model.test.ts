import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { createApp } from '../../src/app.ts';
import { createKey, createProject } from '../helpers/worker/accounts.ts';
import { type Answer, callApp } from '../helpers/worker/call-app.ts';
import { databaseAway, databaseWith } from '../helpers/worker/faulty-database.ts';

const CHANGE = /INTO saved_searches/;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** One request: where its database goes away, and how far off its clock is. */
const request = fc.record({
  away: fc.constantFrom(
    'never',
    'never',
    'before the change',
    'with the change',
    'after the change',
    'for one call' as const,
  ),
  clockMs: fc.oneof(
    fc.integer({ min: 0, max: 2_000 }),
    fc.integer({ min: 0, max: 3 * MINUTE }),
    fc.integer({ min: 0, max: 20 * HOUR }),
  ),
});
type Away = 'never' | 'before the change' | 'with the change' | 'after the change' | 'for one call';

function databaseThatGoesAway(away: Away): D1Database {
  let gone = false;
  return databaseWith(env.DB, async (sql, run) => {
    const isChange = CHANGE.test(sql);
    if (isChange && away === 'before the change') gone = true;
    if (gone) throw databaseAway();
    const result = await run();
    if (isChange && away === 'for one call') throw databaseAway();
    if (isChange && away !== 'never') gone = true;
    if (gone && away === 'with the change') throw databaseAway();
    return result;
  });
}

it('whatever dies, whoever comes at once and however their clocks stand: a change is made once, and every answer is of that one', async () => {
  const silenced = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const app = createApp();
  let serial = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(request, { minLength: 1, maxLength: 4 }), { maxLength: 5 }), async (rounds) => {
      const project = (await createProject()).id;
      const { key } = await createKey(project, ['admin']);
      const idempotencyKey = `model ${serial++}`;
      const send = (away: Away, clockMs: number): Promise<Answer> =>
        callApp('POST', '/api/searches', {
          ...{ key, app, body: { name: 's', q: '' }, headers: { 'idempotency-key': idempotencyKey } },
          env: { ...env, CLOCK_OFFSET_MS: String(clockMs), DB: databaseThatGoesAway(away) },
        });
      const answers: Answer[] = [];
      for (const round of rounds) {
        answers.push(...(await Promise.all(round.map(({ away, clockMs }) => send(away, clockMs)))));
      }
      // Beyond every lease, and within the day of the first claim.
      answers.push(await send('never', 22 * HOUR));

      const { results } = await env.DB.prepare('SELECT id FROM saved_searches WHERE project_id = ?1')
        .bind(project)
        .all();
      expect(results.length).toBe(1);
      const outcomes = answers.map(({ status, body }) => (status === 201 ? body.id : `${status} ${body.code}`));
      const fine = [results[0]?.id, '503 store_away', '409 idempotency_key_in_use', '409 idempotency_outcome_unknown'];
      expect(outcomes.filter((one) => !fine.includes(one))).toEqual([]);
      expect([results[0]?.id, '409 idempotency_outcome_unknown']).toContain(outcomes.at(-1));
      const ran = answers.filter(({ status, headers }) => status === 201 && !headers.has('idempotent-replayed'));
      expect(ran.length).toBeLessThanOrEqual(1);
    }),
    { numRuns: 40 },
  );
  silenced.mockRestore();
});
