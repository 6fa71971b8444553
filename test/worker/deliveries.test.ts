import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Delivery } from '../../src/wire/delivery.ts';
import { createKey, createProject, signInAs } from '../helpers/worker/accounts.ts';
import { type CallOptions, callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { auditOf } from '../helpers/worker/context.ts';
import { deliveryOf, RecordingDestinations } from '../helpers/worker/destination-object.ts';

let admin: SignedIn;
let analyst: SignedIn;
let projectId: string;
let objects: RecordingDestinations;
let ids: string[];

beforeAll(async () => {
  admin = await signInAs('admin');
  analyst = await signInAs('analyst');
});
beforeEach(async () => {
  projectId = (await createProject()).id;
  objects = new RecordingDestinations();
  ids = [];
  for (const name of ['a', 'b', 'c']) {
    const { body } = await call('POST', '/api/destinations', { body: { name, url: 'https://receiver.example/' } });
    ids.push(body.id);
  }
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});

const call = (method: string, path: string, options: CallOptions = {}) =>
  callApp(method, `${path}${path.includes('?') ? '&' : '?'}project=${projectId}`, {
    as: admin,
    app: objects.app(),
    ...options,
  });
const listed = async (query = '') => (await call('GET', `/api/deliveries?${query}`)).body;
/** All pages of a list. */
async function everyPage(query: string): Promise<string[]> {
  const found: string[] = [];
  for (let cursor = ''; ; ) {
    const { items, nextCursor } = await listed(`${query}&cursor=${cursor}`);
    found.push(...items.map(({ eventId }: Delivery) => eventId));
    if (nextCursor === null) return found;
    expect(items.length).toBeGreaterThan(0);
    cursor = nextCursor;
  }
}
const put = (destination: number, eventId: string, atMs: number, change: object = {}) =>
  objects.of(ids[destination] ?? '').deliveries.push(deliveryOf(ids[destination] ?? '', eventId, atMs, change));

describe('the list of deliveries', () => {
  it('has those of all destinations of the project, newest first', async () => {
    put(0, 'evt_1', 100);
    put(1, 'evt_2', 200);
    put(2, 'evt_3', 150);
    const { items, nextCursor, unknown } = await listed();
    expect(items.map(({ eventId }: Delivery) => eventId)).toEqual(['evt_2', 'evt_3', 'evt_1']);
    expect([nextCursor, unknown]).toEqual([null, []]);
    expect(items[0]).not.toHaveProperty('log');
  });

  it('has one cursor over all of them, by which each delivery comes once, also those of one millisecond', async () => {
    const expected: string[] = [];
    for (let i = 0; i < 60; i++) {
      const eventId = `evt_${(i * 37) % 60}`;
      put(i % 3, eventId, 100 + Math.floor(i / 20));
      expected.push(eventId);
    }
    for (const limit of [1, 7, 19, 200]) {
      const found = await everyPage(`limit=${limit}`);
      expect(found).toHaveLength(60);
      expect([...found].sort()).toEqual([...expected].sort());
    }
  });

  it('is cut to a destination, a state and a range', async () => {
    put(0, 'evt_1', 100, { state: 'dead' });
    put(0, 'evt_2', 200);
    put(1, 'evt_3', 300, { state: 'dead' });
    expect(await everyPage(`destination=${ids[0]}`)).toEqual(['evt_2', 'evt_1']);
    expect(await everyPage('state=dead')).toEqual(['evt_3', 'evt_1']);
    expect(await everyPage('from=200&to=300')).toEqual(['evt_2']);
    expect(await everyPage('from=1970-01-01T00:00:00.200Z')).toEqual(['evt_3', 'evt_2']);
  });

  it('names the destinations that did not answer, and is refused where none did', async () => {
    put(0, 'evt_1', 100);
    objects.of(ids[1] ?? '').away = true;
    expect(await listed()).toMatchObject({ items: [{ eventId: 'evt_1' }], unknown: [ids[1]] });
    const refused = await call('GET', `/api/deliveries?destination=${ids[1]}`);
    expect([refused.status, refused.body.code]).toEqual([503, 'destination_away']);
  });

  it('waits for no destination that takes the question and does not answer', async () => {
    put(0, 'evt_1', 100);
    objects.of(ids[1] ?? '').hangs = true;
    const waited: (number | undefined)[] = [];
    vi.spyOn(scheduler, 'wait').mockImplementation(async (ms) => {
      waited.push(ms);
      // As long as the others take, which answer at once.
      await new Promise((resolve) => setTimeout(resolve, 50));
    });
    expect(await listed()).toMatchObject({ items: [{ eventId: 'evt_1' }], unknown: [ids[1]] });
    expect(waited).toEqual([5_000, 5_000, 5_000]);
  });

  it('is empty where there are no destinations', async () => {
    projectId = (await createProject()).id;
    expect(await listed()).toEqual({ items: [], nextCursor: null, unknown: [] });
  });

  it.each(['state=lost', 'from=yesterday', 'to=x', 'limit=0', 'limit=201', 'cursor=x', 'cursor=bm9wZQ'])(
    'is refused with %s',
    async (query) => {
      expect((await listed(query)).code).toBe('invalid_input');
    },
  );
});

describe('a delivery', () => {
  it('is shown with its event and attempts; the URL in full to administrators alone', async () => {
    put(0, 'evt_1', 100);
    const path = `/api/deliveries/${ids[0]}-evt_1`;
    const shown = await call('GET', path);
    expect(shown.body).toMatchObject({ eventId: 'evt_1', event: { id: 'evt_1' }, log: [{ status: 200 }] });
    expect(shown.body.log[0].request.url).toBe('https://hooks.example/secret/path');
    expect((await call('GET', path, { as: analyst })).body.log[0].request.url).toBe('https://hooks.example/…');
  });

  it('shows a URL that is a credential to no reader, nor where the answer repeats it', async () => {
    const url = 'https://hooks.example/services/T0123456/s3cr%65tS3cret?key=0123456789abcdef';
    const [attempt] = deliveryOf(ids[0] ?? '', 'evt_1', 100).log;
    const response = {
      headers: { location: url.replace('hooks.', 'www.'), 'x-path': new URL(url).pathname, server: 'nginx' },
      body: `Cannot POST /services/T0123456/s3cr%65tS3cret?key=0123456789abcdef: s3cretS3cret or 0123456789abcdef is unknown`,
      truncated: false,
    };
    put(0, 'evt_1', 100, { log: [{ ...attempt, request: { ...attempt?.request, url }, response }] });
    const path = `/api/deliveries/${ids[0]}-evt_1`;
    const log = async (options: CallOptions) => (await call('GET', path, options)).body.log[0];
    const seen = await log({ as: analyst });
    expect(JSON.stringify(seen)).not.toMatch(/s3cr|0123456/);
    expect(seen.response).toMatchObject({ headers: { server: 'nginx' }, body: expect.stringMatching(/^Cannot POST /) });
    expect((await log({})).response).toEqual(response);
  });

  it.each(['dst_none-evt_1', 'evt_1', '-', '..%2f'])('is not found by %s', async (id) => {
    expect((await call('GET', `/api/deliveries/${id}`)).status).toBe(404);
    expect((await call('POST', `/api/deliveries/${id}/replay`)).status).toBe(404);
  });

  it('of another project is not found, whatever the object says', async () => {
    put(0, 'evt_1', 100);
    projectId = (await createProject()).id;
    const id = `${ids[0]}-evt_1`;
    expect((await call('GET', `/api/deliveries/${id}`)).status).toBe(404);
    expect((await call('POST', `/api/deliveries/${id}/replay`)).status).toBe(404);
    expect((await call('GET', `/api/deliveries?destination=${ids[0]}`)).status).toBe(404);
    const body = { destinationId: ids[0], all: true };
    expect((await call('POST', '/api/deliveries/replay', { body })).status).toBe(404);
    expect(objects.of(ids[0] ?? '').replays).toEqual([]);
  });
});

describe('a replay', () => {
  const replayed = async () => (await auditOf(ids[0] ?? '')).filter(({ action }) => action === 'delivery.replay');

  it('of one delivery is made by analysts, and audited', async () => {
    put(0, 'evt_1', 100, { state: 'dead' });
    const id = `${ids[0]}-evt_1`;
    const done = await call('POST', `/api/deliveries/${id}/replay`, { as: analyst });
    expect([done.status, done.body]).toEqual([200, { deliveries: 1 }]);
    expect(objects.of(ids[0] ?? '').replays).toEqual([{ kind: 'one', id }]);
    expect(await replayed()).toMatchObject([
      { actor_id: analyst.userId, project_id: projectId, detail: { kind: 'one', id } },
    ]);
  });

  it('is of a range, or of all dead letters of a destination', async () => {
    const range = { destinationId: ids[0], from: 100, to: '1970-01-01T00:00:01Z' };
    expect((await call('POST', '/api/deliveries/replay', { body: range })).body).toEqual({ deliveries: 7 });
    await call('POST', '/api/deliveries/replay', { body: { destinationId: ids[0], all: true } });
    const selections = [{ kind: 'range', fromMs: 100, toMs: 1_000 }, { kind: 'all' }];
    expect(objects.of(ids[0] ?? '').replays).toEqual(selections);
    expect((await replayed()).map(({ detail }) => detail)).toEqual(selections);
  });

  it.each([{}, { from: 1, to: 2, all: true }, { all: false }, { from: 2, to: 1 }, { from: 1 }, { from: 'x', to: 2 }])(
    'is refused with %j',
    async (body) => {
      const refused = await call('POST', '/api/deliveries/replay', { body: { destinationId: ids[0], ...body } });
      expect([refused.status, refused.body.code]).toEqual([400, 'invalid_input']);
      expect(await replayed()).toEqual([]);
    },
  );

  it('by a key that only reads is refused', async () => {
    put(0, 'evt_1', 100);
    const { key } = await createKey(projectId, ['query']);
    const done = await callApp('POST', `/api/deliveries/${ids[0]}-evt_1/replay`, { app: objects.app(), key });
    expect(done.status).toBe(403);
  });
});

describe('by hand', () => {
  it('a test is sent as what it is, and its attempt is the answer', async () => {
    const done = await call('POST', `/api/destinations/${ids[0]}/test`, { as: analyst });
    expect([done.status, done.body.kind, done.body.outcome]).toEqual([200, 'test', 'delivered']);
    expect(objects.of(ids[0] ?? '').tested).toMatchObject([
      { type: 'destination.test', projectId, data: { test: true, project: { id: projectId }, firings: [{}] } },
    ]);
    // Analysts may send it, and see where to as little as elsewhere.
    expect(done.body.request.url).toBe('https://receiver.example/…');
    expect((await auditOf(ids[0] ?? '')).at(-1)).toMatchObject({
      action: 'destination.test',
      actor_id: analyst.userId,
    });
  });

  it.each(['open', 'close', 'isolate'])('a breaker is told to %s, and by whom', async (action) => {
    const done = await call('POST', `/api/destinations/${ids[0]}/breaker`, { as: analyst, body: { action } });
    expect([done.status, done.body.state]).toEqual([200, 'OPEN']);
    const [[told, by] = []] = objects.of(ids[0] ?? '').acts;
    expect([told, by]).toEqual([action, expect.any(String)]);
    expect((await auditOf(ids[0] ?? '')).at(-1)).toMatchObject({ action: 'destination.breaker', detail: { action } });
    expect((await call('GET', `/api/destinations/${ids[0]}/transitions`)).body.items).toMatchObject([
      { by, reason: 'by_hand' },
    ]);
  });

  it('a breaker does nothing else', async () => {
    const refused = await call('POST', `/api/destinations/${ids[0]}/breaker`, { body: { action: 'explode' } });
    expect(refused.status).toBe(400);
    expect(objects.of(ids[0] ?? '').acts).toEqual([]);
  });
});
