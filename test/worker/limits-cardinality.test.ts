import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { createKey, createProject, signInAs } from '../helpers/worker/accounts.ts';
import { type Answer, callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { auditOf } from '../helpers/worker/context.ts';
import { everyRecord } from '../helpers/worker/journal.ts';
import { LiveClient } from '../helpers/worker/live-client.ts';

let admin: SignedIn;
beforeAll(async () => {
  admin = await signInAs('admin');
});

interface Guarded {
  projectId: string;
  key: string;
  send(records: unknown, query?: string): ReturnType<typeof callApp>;
  cardinality(): Promise<Answer['body']>;
  change(limits: Record<string, number>): Promise<void>;
}

async function guarded(limits: Record<string, number>): Promise<Guarded> {
  const { id: projectId } = await createProject();
  const { key } = await createKey(projectId, ['ingest', 'query']);
  const change = async (limits: Record<string, number>): Promise<void> => {
    const answer = await callApp('PATCH', `/api/projects/${projectId}`, { as: admin, body: { limits } });
    expect(answer.status).toBe(200);
  };
  await change(limits);
  return {
    projectId,
    key,
    change,
    send: (records, query = '') => callApp('POST', `/api/ingest${query}`, { key, body: records }),
    cardinality: async () => (await callApp('GET', `/api/projects/${projectId}/cardinality`, { as: admin })).body,
  };
}

describe('attribute names over the limit of a project', () => {
  it('never cost a trace its tree or a metric its value: what Breakwater gives a meaning to takes no room', async () => {
    const { projectId, send, cardinality } = await guarded({ attributeNames: 1 });
    const attrs = {
      parentSpanId: 'a1',
      durationMs: 3,
      status: 'ok',
      value: 7,
      labels: { pod: 'p1' },
      resource: { os: 'x' },
    };
    expect((await send({ message: 'one', attrs })).body.quarantined).toBeUndefined();
    const answer = await send({ message: 'two', attrs: { ...attrs, own: 1, more: 2 } });
    expect(answer.body.quarantined).toBe(1);
    expect((await everyRecord(projectId)).at(-1)?.attrs).toEqual({ ...attrs, own: 1, quarantined: '{"more":2}' });
    expect((await cardinality()).names).toEqual({ count: 1, limit: 1 });
  });

  it('are kept as text of the record, which is stored; the answer counts them and the operator sees them', async () => {
    const { projectId, send, cardinality, key } = await guarded({ attributeNames: 3 });
    expect((await send({ message: 'one', attrs: { a: 1, b: 2 } })).body.quarantined).toBeUndefined();
    const answer = await send([
      { message: 'two', attrs: { a: 1, c: 'kept', d: 'needle-42', e: { deep: [true] } } },
      { message: 'three', attrs: { b: 5, d: 12345678901234567890n.toString() } },
      { message: 'four', attrs: { c: 6 } },
    ]);
    expect([answer.status, answer.body]).toEqual([
      202,
      { received: 3, stored: 3, duplicate: 0, rejected: 0, errors: [], quarantined: 2 },
    ]);
    const stored = await everyRecord(projectId);
    expect(stored.map(({ message, attrs }) => [message, attrs])).toEqual([
      ['one', { a: 1, b: 2 }],
      ['two', { a: 1, c: 'kept', quarantined: '{"d":"needle-42","e":{"deep":[true]}}' }],
      ['three', { b: 5, quarantined: '{"d":"12345678901234567890"}' }],
      ['four', { c: 6 }],
    ]);
    const list = await cardinality();
    expect(list.names).toEqual({ count: 3, limit: 3 });
    expect(list.quarantine.more).toBe(false);
    expect(list.quarantine.items).toEqual([
      expect.objectContaining({ kind: 'name', name: 'd', value: null, records: 2 }),
      expect.objectContaining({ kind: 'name', name: 'e', value: null, records: 1 }),
    ]);
    expect(list.quarantine.items[0].firstSeenAtMs).toBeGreaterThan(Date.now() - 60_000);
    // By word it is found, by field it is not.
    const found = async (q: string) =>
      (await callApp('GET', `/api/query/logs?q=${encodeURIComponent(q)}`, { key })).body.records.length;
    expect([await found('"needle-42"'), await found('attrs.d:*'), await found('attrs.c:*')]).toEqual([1, 0, 2]);
  });

  it('keep every digit and a name that assignment would swallow', async () => {
    const { projectId, send } = await guarded({ attributeNames: 1 });
    await send('{"message":"m","attrs":{"a":1}}');
    await send('{"message":"n","attrs":{"__proto__":12345678901234567890,"quarantined":"mine","z":0.10}}');
    const [, second] = await everyRecord(projectId);
    expect(second?.attrs).toEqual({
      quarantined: '{"__proto__":12345678901234567890,"quarantined":"mine","z":0.1}',
    });
  });

  it('that are ids of records never become more than the limit, and cost one question while the set is full', async () => {
    const { projectId, send, cardinality } = await guarded({ attributeNames: 50 });
    const keyed = () => Array.from({ length: 200 }, () => ({ message: 'm', attrs: { [crypto.randomUUID()]: 1 } }));
    expect((await send(keyed())).body).toMatchObject({ stored: 200, quarantined: 150 });
    for (let i = 0; i < 3; i++) expect((await send(keyed())).body).toMatchObject({ stored: 200, quarantined: 200 });
    const names = new Set((await everyRecord(projectId)).flatMap(({ attrs }) => Object.keys(attrs)));
    expect(names.size).toBe(51);
    const list = await cardinality();
    expect(list.names).toEqual({ count: 50, limit: 50 });
    expect(list.quarantine.items).toHaveLength(200);
    expect(list.quarantine.more).toBe(true);
  });

  it('may be very long and very many in one request', async () => {
    const { projectId, send, cardinality } = await guarded({ attributeNames: 10_000 });
    const long = 'n'.repeat(200_000);
    await send({ message: 'm', attrs: { [long]: 1 } });
    expect((await send({ message: 'm', attrs: { [long]: 2 } })).body.quarantined).toBeUndefined();
    const many = Array.from({ length: 40 }, (_, i) => ({
      message: 'm',
      attrs: Object.fromEntries(Array.from({ length: 500 }, (_, j) => [`name-${i}-${j}`, 1])),
    }));
    const answer = await send(many);
    expect(answer.body).toMatchObject({ stored: 40 });
    expect(answer.body.quarantined).toBeGreaterThanOrEqual(20);
    const list = await cardinality();
    expect(list.names).toEqual({ count: 10_000, limit: 10_000 });
    expect(await everyRecord(projectId)).toHaveLength(42);
  });

  it('are counted anew after midnight UTC', async () => {
    const { send, projectId } = await guarded({ attributeNames: 1 });
    await send({ attrs: { a: 1 } });
    expect((await send({ attrs: { b: 1 } })).body.quarantined).toBe(1);
    const tomorrow = Date.now() + 86_400_000;
    vi.spyOn(Date, 'now').mockReturnValue(tomorrow);
    expect((await send({ attrs: { b: 1 } })).body.quarantined).toBeUndefined();
    const limiter = env.LIMITER.getByName(`project:${projectId}`);
    expect((await limiter.cardinality(tomorrow)).names.count).toBe(1);
  });

  it('are let in when the limit was raised; releasing empties the list, and is audited', async () => {
    const { projectId, send, cardinality, change } = await guarded({ attributeNames: 1 });
    await send({ attrs: { a: 1 } });
    expect((await send({ attrs: { b: 1 } })).body.quarantined).toBe(1);
    await change({ attributeNames: 5 });
    const path = `/api/projects/${projectId}/cardinality/release`;
    expect((await cardinality()).quarantine.items).toHaveLength(1);
    const released = await callApp('POST', path, { as: admin });
    expect([released.status, released.body]).toEqual([200, { released: 1 }]);
    expect((await cardinality()).quarantine).toEqual({ items: [], more: false });
    const audit = (await auditOf(projectId)).filter(({ action }) => action === 'cardinality.release');
    expect(audit).toMatchObject([{ actor_id: admin.userId, project_id: projectId }]);
    // An isolate that knows the set as full asks again after a moment.
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 10_001);
    expect((await send({ attrs: { b: 1 } })).body.quarantined).toBeUndefined();
  });

  it('of one project are none of another', async () => {
    const [one, two] = [await guarded({ attributeNames: 1 }), await guarded({ attributeNames: 1 })];
    await one.send({ attrs: { a: 1 } });
    expect((await two.send({ attrs: { b: 1 } })).body.quarantined).toBeUndefined();
    expect((await one.send({ attrs: { b: 1 } })).body.quarantined).toBe(1);
  });
});

describe('label values over the limit', () => {
  it('become (other): services everywhere, and whatever stands in labels; the original is kept', async () => {
    const { projectId, send, cardinality } = await guarded({ labelValues: 2 });
    await send([
      { service: 'api', attrs: { labels: { pod: 'p1', zone: 1 } } },
      { service: 'web', attrs: { labels: { pod: 'p2' } } },
    ]);
    const answer = await send([
      { service: 'api', message: 'fine', attrs: { labels: { pod: 'p1', zone: 2 } } },
      { service: 'batch', message: 'service', attrs: { x: 1 } },
      { service: 'web', message: 'pod', attrs: { labels: { pod: 'p3', zone: 1 } } },
    ]);
    expect(answer.body).toMatchObject({ stored: 3, quarantined: 2 });
    const stored = (await everyRecord(projectId)).slice(2);
    expect(stored.map(({ service, attrs }) => [service, attrs])).toEqual([
      ['api', { labels: { pod: 'p1', zone: 2 } }],
      ['(other)', { x: 1, quarantined: '{"service":"batch"}' }],
      ['web', { labels: { pod: '(other)', zone: 1 }, quarantined: '{"pod":"p3"}' }],
    ]);
    const list = await cardinality();
    expect(list.labels).toEqual([
      { label: 'pod', values: 2, limit: 2 },
      { label: 'service', values: 2, limit: 2 },
      { label: 'zone', values: 2, limit: 2 },
    ]);
    expect(list.quarantine.items).toEqual([
      expect.objectContaining({ kind: 'value', name: 'pod', value: 'p3', records: 1 }),
      expect.objectContaining({ kind: 'value', name: 'service', value: 'batch', records: 1 }),
    ]);
    // The index knows the record by the service that it has now.
    const { body } = await callApp(
      'GET',
      `/api/query/logs?project=${projectId}&q=${encodeURIComponent('service:"(other)"')}`,
      {
        as: admin,
      },
    );
    expect(body.records).toHaveLength(1);
  });

  it('of more labels than there may be are taken out of labels, names and all', async () => {
    const { projectId, send, cardinality } = await guarded({ labelValues: 5 });
    const labels = (n: number, from: number) =>
      Object.fromEntries(Array.from({ length: n }, (_, i) => [`l${from + i}`, 'v']));
    await send({ attrs: { labels: labels(199, 0) } });
    expect((await send({ attrs: { labels: labels(2, 198) } })).body.quarantined).toBe(1);
    const [, second] = await everyRecord(projectId);
    expect(second?.attrs).toEqual({ labels: { l198: 'v' }, quarantined: '{"labels.l199":"v"}' });
    const list = await cardinality();
    expect(list.labels).toHaveLength(200);
    expect(list.quarantine.items).toMatchObject([{ kind: 'name', name: 'labels.l199', value: null }]);
  });

  it('leave room for those that records are summed up by, whose values are bounded all the same', async () => {
    const { projectId, send } = await guarded({ labelValues: 2 });
    const labels = Object.fromEntries(Array.from({ length: 199 }, (_, i) => [`l${i}`, 'v']));
    await send({ attrs: { labels } });
    for (const page of ['/a', '/b', '/c']) await send({ attrs: { labels: { page, mine: 'x' } } });
    const stored = (await everyRecord(projectId)).slice(1);
    expect(stored.map(({ attrs }) => attrs)).toEqual([
      { labels: { page: '/a' }, quarantined: '{"labels.mine":"x"}' },
      { labels: { page: '/b' }, quarantined: '{"labels.mine":"x"}' },
      { labels: { page: '(other)' }, quarantined: '{"page":"/c","labels.mine":"x"}' },
    ]);
  });
});

describe('the guard', () => {
  it('holds for large packed batches, whose words and index are written anew', async () => {
    const { projectId, send, key } = await guarded({ attributeNames: 1 });
    await send({ attrs: { a: 1 } });
    const many = Array.from({ length: 1_500 }, (_, i) => ({
      message: `record ${i}`,
      service: 'packed',
      attrs: { a: i, b: `word${i}` },
    }));
    expect((await send(many)).body).toMatchObject({ stored: 1_500, quarantined: 1_500 });
    const stored = (await everyRecord(projectId)).slice(1);
    expect(stored.map(({ message }) => message)).toEqual(many.map(({ message }) => message));
    expect(stored[1_499]?.attrs).toEqual({ a: 1_499, quarantined: '{"b":"word1499"}' });
    const { body } = await callApp('GET', '/api/query/logs?q=word1337', { key });
    expect(body.records).toHaveLength(1);
  });

  it('holds for sockets', async () => {
    const { projectId, key, send, cardinality } = await guarded({ attributeNames: 1 });
    await send({ attrs: { a: 1 } });
    const socket = await LiveClient.open({ project: projectId, key });
    socket.send({ type: 'TELEMETRY', id: 1, project: projectId, payload: { attrs: { a: 2, b: 3 } } });
    expect(await socket.next()).toMatchObject({ stored: 1 });
    const [, second] = await everyRecord(projectId);
    expect(second?.attrs).toEqual({ a: 2, quarantined: '{"b":3}' });
    expect((await cardinality()).quarantine.items).toMatchObject([{ name: 'b', records: 1 }]);
  });

  it('asks nothing for names that it has met', async () => {
    const { projectId, send } = await guarded({ attributeNames: 10 });
    await send({ attrs: { a: 1 } });
    const limiter = env.LIMITER.getByName(`project:${projectId}`);
    await limiter.configure({ ingestPerMinute: 100, queryPerMinute: 100, attributeNames: 1, labelValues: 1 });
    // Lowered under what is in use: what is known stays, what is new is refused.
    expect((await send({ attrs: { a: 1 } })).body.quarantined).toBeUndefined();
    expect((await send({ attrs: { a: 1, b: 1 } })).body.quarantined).toBe(1);
  });
});
