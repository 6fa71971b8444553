import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { createApp } from '../../src/app.ts';
import { fraudOf } from '../../src/fraud/index.ts';
import { batchIds } from '../../src/shared/ids.ts';
import type { FraudEvent } from '../../src/wire/fraud.ts';
import { signInAs } from '../helpers/worker/accounts.ts';
import { callApp } from '../helpers/worker/call-app.ts';
import { type FraudProject, fraudProject } from '../helpers/worker/fraud.ts';

const NOON = '2026-11-20T12:00:00Z';
const NOON_MS = Date.parse(NOON);

let project: FraudProject;
const idsOf = async (route: string) => {
  const { status, body } = await project.get(route);
  expect([route, status]).toEqual([route, 200]);
  return (body.items as FraudEvent[]).map(({ metadata }) => metadata.name);
};

/** `a` at noon, `b` a millisecond later, `c` a minute after noon and of another user. */
beforeAll(async () => {
  project = await fraudProject();
  const times: [name: string, userId: string, atMs: number][] = [
    ['a', 'u1', NOON_MS],
    ['b', 'u1', NOON_MS + 1],
    ['c', 'u2', NOON_MS + 60_000],
  ];
  for (const [name, userId, atMs] of times) {
    const { body } = await project.event({ userId, metadata: { name } });
    await runInDurableObject(fraudOf(env, project.id), (_, { storage }) =>
      storage.sql.exec('UPDATE events SET at_ms = ? WHERE id = ?', atMs, body.eventId).toArray(),
    );
  }
});

describe('events of a time', () => {
  it.each([
    ['without a time', '', ['c', 'b', 'a']],
    ['from a time on, itself included', `from=${NOON_MS + 1}`, ['c', 'b']],
    ['up to a time, itself left out', `to=${NOON_MS + 1}`, ['a']],
    ['in both, with ISO 8601', `from=${NOON}&to=2026-11-20T12:01`, ['b', 'a']],
    ['with another filter', `from=${NOON}&decision=deny`, []],
    ['of another day', 'from=2026-11-21', []],
  ])('%s', async (_, query, expected) => {
    expect(await idsOf(`events?${query}`)).toEqual(expected);
  });

  it('and of one user are the history', async () => {
    expect(await idsOf(`history?userId=u1&from=${NOON_MS + 1}`)).toEqual(['b']);
    expect(await idsOf(`history?userId=u2&to=${NOON_MS + 60_000}`)).toEqual([]);
  });

  it('come in pages that stay within it', async () => {
    const first = await project.get(`events?from=${NOON}&to=2026-11-20T12:01&limit=1`);
    expect(first.body.items[0].metadata.name).toBe('b');
    const rest = `events?from=${NOON}&to=2026-11-20T12:01&cursor=${first.body.nextCursor}`;
    expect(await idsOf(rest)).toEqual(['a']);
    expect(await idsOf(`events?to=${NOON}&cursor=${first.body.nextCursor}`)).toEqual([]);
  });

  it.each([
    ['from=yesterday', '/from', 'must be Unix milliseconds or an ISO 8601 time'],
    ['to=2026-02-30', '/to', 'must be Unix milliseconds or an ISO 8601 time'],
    [`from=${NOON}&to=${NOON}`, '/to', 'must be after from'],
    ['cursor=12', '/cursor', 'must be a nextCursor of this list'],
  ])('%s is refused, as every other range is', async (query, pointer, reason) => {
    for (const route of ['events?', 'history?userId=u1&']) {
      const { status, body } = await project.get(route + query);
      expect([status, body.code, body.errors]).toEqual([400, 'invalid_input', [{ pointer, reason }]]);
    }
  });

  it('that ends before it begins is refused for the figures too', async () => {
    const { status, body } = await project.get(`summary?from=${NOON}&to=2026-11-19`);
    expect([status, body.errors]).toEqual([400, [{ pointer: '/to', reason: 'must be after from' }]]);
  });
});

describe('one event', () => {
  it('is read by its id as the list has it, with what was decided of it', async () => {
    const [listed] = (await project.get('events?limit=1')).body.items as FraudEvent[];
    const route = `events/${listed?.id}`;
    expect(await project.get(route)).toMatchObject({ status: 200, body: { ...listed, review: null } });
    const analyst = await signInAs('analyst', [project.id]);
    const said = await callApp('POST', `/api/fraud/reviews/${listed?.id}?project=${project.id}`, {
      as: analyst,
      body: { verdict: 'legitimate', note: 'known for years' },
    });
    expect(said.status).toBe(200);
    const read = await callApp('GET', `/api/fraud/${route}?project=${project.id}`, { as: analyst });
    expect(read.body).toMatchObject({
      ...{ ...listed, verdict: 'legitimate' },
      review: { verdict: 'legitimate', note: 'known for years', decidedBy: analyst.userId, applied: true },
    });
  });

  it('is not found by an unknown id, by what is none, nor in another project', async () => {
    const [listed] = (await project.get('events?limit=1')).body.items as FraudEvent[];
    const other = await fraudProject();
    await other.event({ userId: 'u1' });
    const answers = [
      await project.get(`events/${batchIds(Date.now())(0)}`),
      await project.get('events/12'),
      await project.get(`events/${listed?.id.toUpperCase()}`),
      await other.get(`events/${listed?.id}`),
    ];
    for (const { status, headers, body } of answers) {
      expect([status, body.code, headers.get('content-type')]).toEqual([404, 'not_found', 'application/problem+json']);
    }
  });

  it('cannot be read while the object is away, and the answer says when to come again', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const away = { ...env, FRAUD: { getByName: () => ({ findEvent: () => Promise.reject(new Error('away')) }) } };
    const answer = await callApp('GET', `/api/fraud/events/${batchIds(Date.now())(0)}`, {
      key: project.query,
      app: createApp(),
      env: away as unknown as typeof env,
    });
    expect([answer.status, answer.body.code, answer.headers.has('retry-after')]).toEqual([503, 'store_away', true]);
    logged.mockRestore();
  });
});
