import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { decodeAttachment } from '../../src/live/attachment.ts';
import { encodeIdentity, IDENTITY_HEADER } from '../../src/live/identity.ts';
import { MAX_FRAME_CHARS, MAX_SOCKETS_PER_PROJECT } from '../../src/wire/limits.ts';
import { PING_FRAME, SUBPROTOCOL } from '../../src/wire/protocol.ts';
import { createKey, createProject, signInAs } from '../helpers/worker/accounts.ts';
import { everyRecord } from '../helpers/worker/journal.ts';
import { ingest, LiveClient, type LiveProject, liveProject, numbered, upgrade } from '../helpers/worker/live-client.ts';
import { until } from '../helpers/worker/until.ts';

// A busy machine is slow, not wrong: until() has its own limits.
vi.setConfig({ testTimeout: 30_000 });

let home: LiveProject;

beforeAll(async () => {
  home = await liveProject();
});

describe('the upgrade', () => {
  it('echoes the subprotocol and no key', async () => {
    const answer = await upgrade({
      project: home.project,
      headers: { 'sec-websocket-protocol': `${SUBPROTOCOL}, bearer.${home.key}` },
    });
    expect([answer.status, answer.headers.get('sec-websocket-protocol')]).toEqual([101, SUBPROTOCOL]);
    answer.webSocket?.accept();
    answer.webSocket?.close();
  });

  it.each([
    ['without Upgrade', { upgrade: '' }, '426 upgrade_required'],
    ['without the subprotocol', { 'sec-websocket-protocol': 'graphql-ws' }, '400 subprotocol_required'],
  ])('%s is refused', async (_, headers, expected) => {
    const answer = await upgrade({ project: home.project, key: home.key, headers });
    expect(`${answer.status} ${((await answer.json()) as { code: string }).code}`).toBe(expected);
  });

  it.each(['a b', '', 'x'.repeat(65), 'ü', '../x'])('refuses the client id %j', async (client) => {
    const answer = await upgrade({ project: home.project, key: home.key, client });
    expect(await answer.json()).toMatchObject({ code: 'invalid_input', errors: [{ pointer: '/client' }] });
  });

  it('answers 404 to a key that names a project of others', async () => {
    const other = await createProject('Other');
    const answer = await upgrade({ project: other.id, key: home.key });
    expect(answer.status).toBe(404);
  });

  it('takes a cookie from no other origin than our own', async () => {
    const viewer = await signInAs('viewer');
    for (const origin of ['https://evil.example', 'null', 'http://localhost:1']) {
      const answer = await upgrade({ project: home.project, as: viewer, headers: { origin } });
      expect(`${answer.status} ${((await answer.json()) as { code: string }).code}`).toBe('403 cross_site_request');
    }
    const answer = await upgrade({ project: home.project, as: viewer });
    expect(answer.status).toBe(101);
    answer.webSocket?.accept();
    answer.webSocket?.close();
  });

  it('takes a cookie from a program, which says no origin, and needs its token all the same', async () => {
    const viewer = await signInAs('viewer');
    const client = await LiveClient.open({ project: home.project, as: viewer, fromPage: false });
    client.send({ type: 'SUBSCRIBE', id: 1, project: home.project, topics: ['logs'] });
    expect(await client.next()).toMatchObject({ type: 'ERROR', id: 1, code: 'csrf_required' });
    client.send({ type: 'SUBSCRIBE', id: 2, project: home.project, topics: ['logs'], csrf: viewer.csrf });
    expect(await client.next()).toMatchObject({ type: 'SUBSCRIBED', id: 2 });
    client.close();
  });

  it('holds a browser key to its origins', async () => {
    const { key } = await createKey(home.project, ['ingest'], ['https://shop.example']);
    const refused = await upgrade({ project: home.project, key, headers: { origin: 'https://evil.example' } });
    expect(`${refused.status} ${((await refused.json()) as { code: string }).code}`).toBe('403 origin_refused');
    const taken = await upgrade({ project: home.project, key, headers: { origin: 'https://shop.example' } });
    expect(taken.status).toBe(101);
    taken.webSocket?.accept();
    taken.webSocket?.close();
  });

  it('believes no identity that a client brings', async () => {
    const forged = btoa(JSON.stringify({ projectId: home.project, mayRead: true, by: { kind: 'key', keyId: 'x' } }));
    const answer = await upgrade({ project: home.project, headers: { 'x-breakwater-identity': forged } });
    expect(answer.status).toBe(401);
  });
});

describe('a project that has all the sockets that it may have', () => {
  it('is refused another one until one is closed', async () => {
    const { project, key, open } = await liveProject();
    await open();
    const held: (WebSocket | null)[] = [];
    const hub = env.HUB.getByName(project);
    await runInDurableObject(hub, async (instance, state) => {
      const identity = decodeAttachment(state.getWebSockets()[0]?.deserializeAttachment())?.identity;
      if (!identity) throw new Error('the open socket has no attachment');
      const headers = { upgrade: 'websocket', [IDENTITY_HEADER]: encodeIdentity(identity) };
      while (held.length < MAX_SOCKETS_PER_PROJECT - 1) {
        held.push((await instance.fetch(new Request('https://hub/', { headers }))).webSocket);
      }
    });
    const refused = await upgrade({ project, key });
    expect(refused.headers.get('retry-after')).toBe('3');
    expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([503, 'too_many_sockets']);
    await runInDurableObject(hub, () => {
      held[0]?.accept();
      held[0]?.close(1000);
    });
    await until('there is room again', async () => (await upgrade({ project, key })).status === 101);
  });
});

describe('frames', () => {
  let client: LiveClient;

  beforeAll(async () => {
    client = await home.open();
  });

  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const deepObject = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`;
  it.each<[string, string | ArrayBuffer, string]>([
    ['not JSON', 'hello', 'malformed_frame'],
    ['empty', '', 'malformed_frame'],
    ['cut', '{"type":"TELEMETRY"', 'malformed_frame'],
    ['an array', '[]', 'malformed_frame'],
    ['null', 'null', 'malformed_frame'],
    ['a number', '12345678901234567890', 'malformed_frame'],
    ['nested too deep to be an object', deep, 'malformed_frame'],
    ['binary', new Uint8Array([1, 2, 3]).buffer, 'binary_frame'],
    ['too long', ' '.repeat(MAX_FRAME_CHARS + 1), 'frame_too_long'],
    ['without type', '{}', 'invalid_input'],
    ['of a type that is no string', '{"type":1}', 'invalid_input'],
    ['of an unknown type', '{"type":"SHOUT"}', 'unknown_type'],
    ['of a type that objects inherit', '{"type":"__proto__"}', 'unknown_type'],
    ['with an id that is none', '{"type":"PING","id":{}}', 'invalid_input'],
    ['SUBSCRIBE without project', '{"type":"SUBSCRIBE","topics":["logs"]}', 'invalid_input'],
    ['TELEMETRY without project', '{"type":"TELEMETRY","payload":{}}', 'invalid_input'],
    ['of another project', '{"type":"SUBSCRIBE","project":"prj_other","topics":["logs"]}', 'wrong_project'],
  ])('%s: an ERROR with a code, and the socket lives on', async (_, frame, code) => {
    expect(await client.ask(frame)).toMatchObject({ type: 'ERROR', code });
    expect(await client.ask('{"type": "PING"}')).toEqual({ type: 'PONG' });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['without topics', { type: 'SUBSCRIBE' }, 'invalid_input'],
    ['with no topic', { type: 'SUBSCRIBE', topics: [] }, 'invalid_input'],
    ['with topics that are no strings', { type: 'SUBSCRIBE', topics: [1] }, 'invalid_input'],
    [
      'with too many topics',
      { type: 'SUBSCRIBE', topics: Array.from({ length: 21 }, (_, i) => `client:${i}`) },
      'invalid_input',
    ],
    ['with an unknown topic', { type: 'SUBSCRIBE', topics: ['logs', 'weather'] }, 'unknown_topic'],
    ['with a client id that is none', { type: 'SUBSCRIBE', topics: ['client:a b'] }, 'unknown_topic'],
    ['with a filter that is none', { type: 'SUBSCRIBE', topics: ['logs'], filter: '(a' }, 'invalid_filter'],
    ['with a filter of the wrong type', { type: 'SUBSCRIBE', topics: ['logs'], filter: 3 }, 'invalid_input'],
    ['with a cursor that is none', { type: 'SUBSCRIBE', topics: ['logs'], since: 'yesterday' }, 'invalid_cursor'],
    ['with a cursor from the future', { type: 'SUBSCRIBE', topics: ['logs'], since: 'a0lzzz' }, 'invalid_cursor'],
    ['UNSUBSCRIBE without topics', { type: 'UNSUBSCRIBE' }, 'invalid_input'],
    ['TELEMETRY without payload', { type: 'TELEMETRY' }, 'invalid_input'],
    ['TELEMETRY of another dataType', { type: 'TELEMETRY', dataType: 'XML', payload: {} }, 'invalid_input'],
    ['TELEMETRY with an empty batchId', { type: 'TELEMETRY', batchId: '', payload: {} }, 'invalid_input'],
    ['TELEMETRY with too many records', { type: 'TELEMETRY', payload: new Array(50_001).fill(0) }, 'too_many_records'],
  ])('%s: an ERROR with the id', async (_, frame, code) => {
    expect(await client.ask({ ...frame, id: 'q1' })).toMatchObject({ type: 'ERROR', id: 'q1', code });
  });

  it('keeps a record whose nesting is too deep out, and answers for it', async () => {
    const answer = await client.ask(
      `{"type":"TELEMETRY","id":"d","project":"${home.project}","payload":{"attrs":${deepObject}}}`,
    );
    expect(answer).toMatchObject({ type: 'ACK', id: 'd', received: 1, stored: 0, rejected: 1 });
  });

  it('answers the heartbeat without waking the hub, and every other spelling of it', async () => {
    expect(await client.ask(PING_FRAME)).toEqual({ type: 'PONG' });
    const answeredAt = await runInDurableObject(env.HUB.getByName(home.project), (_, state) =>
      state.getWebSockets().map((ws) => state.getWebSocketAutoResponseTimestamp(ws)),
    );
    expect(answeredAt.filter((at) => at !== null)).toHaveLength(1);
    expect(await client.ask('{"id":1,"type":"PING"}')).toEqual({ type: 'PONG' });
  });

  it.each(['plain-1', 'mit "Anführung" und \\', 17, -1.5])('gives the id %j back as it came', async (id) => {
    expect(await client.ask({ type: 'TELEMETRY', id, payload: { message: 'id' } })).toMatchObject({ type: 'ACK', id });
    expect(await client.ask({ type: 'SUBSCRIBE', id, topics: ['metrics'] })).toMatchObject({ type: 'SUBSCRIBED', id });
    expect(await client.ask({ type: 'UNSUBSCRIBE', id, topics: ['metrics'] })).toEqual({
      type: 'UNSUBSCRIBED',
      id,
      topics: ['metrics'],
    });
  });

  it('gives back every digit of an id that no double can hold', async () => {
    const rawAnswer = async (frame: string) => {
      await client.ask(`{"id":9007199254740993,"project":"${home.project}",${frame}}`);
      return client.lastText;
    };
    expect(await rawAnswer('"type":"TELEMETRY","payload":{}')).toContain('"id":9007199254740993,');
    expect(await rawAnswer('"type":"TELEMETRY"')).toMatch(/^\{"type":"ERROR","id":9007199254740993,/);
    expect(await client.ask('{"type":"TELEMETRY","payload":{},"project":"x","id":1e400}')).toMatchObject({
      code: 'wrong_project',
    });
  });

  it('takes no number for a record, however long it is', async () => {
    const frame = `{"type":"TELEMETRY","project":"${home.project}","payload":[12345678901234567890]}`;
    expect(await client.ask(frame)).toMatchObject({ type: 'ACK', received: 1, stored: 0, rejected: 1 });
  });

  it('answers a frame without id with id null in the ACK', async () => {
    expect(await client.ask({ type: 'TELEMETRY', payload: { message: 'x' } })).toMatchObject({ type: 'ACK', id: null });
  });
});

describe('subscriptions', () => {
  it('gives each topic its records, once for each topic, with what was stored', async () => {
    const here = await liveProject();
    const client = await here.open();
    await client.subscribe(['logs', 'telemetry.live', 'errors']);
    await ingest(here, [{ message: 'a' }, { message: 'b', stream: 'errors' }, { message: 'c', attrs: { n: 1 } }]);
    expect(await client.messages(2, 'logs')).toEqual(['a', 'c']);
    expect(await client.messages(1, 'errors')).toEqual(['b']);
    expect((await client.messages(3, 'telemetry.live')).sort()).toEqual(['a', 'b', 'c']);
    const got = client.updates('telemetry.live').flatMap(({ records }) => records ?? []);
    const stored = await everyRecord(here.project);
    const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
    expect(got.sort(byId)).toEqual(stored.sort(byId));
  });

  it('sends what comes after UNSUBSCRIBED to nobody', async () => {
    const here = await liveProject();
    const [client, witness] = [await here.open(), await here.open()];
    await client.subscribe(['logs']);
    await witness.subscribe(['logs']);
    await client.ask({ type: 'UNSUBSCRIBE', topics: ['logs'] });
    await ingest(here, { message: 'unseen' });
    expect(await witness.messages(1)).toEqual(['unseen']);
    await client.settled();
    expect(client.updates('logs')).toEqual([]);
  });

  it('goes on publishing after everyone left and somebody came back', async () => {
    const here = await liveProject();
    const first = await here.open();
    await first.subscribe(['logs']);
    first.close();
    await ingest(here, { message: 'while away' });
    await ingest(here, { message: 'while still away' });
    const second = await here.open();
    await second.subscribe(['logs']);
    await ingest(here, { message: 'back' });
    expect(await second.messages(1)).toEqual(['back']);
  });

  it('evaluates a filter at the server, and replaces it when the topic is subscribed again', async () => {
    const here = await liveProject();
    const client = await here.open();
    await client.subscribe(['logs'], { filter: 'level:error OR attrs.status:>=500' });
    await ingest(here, [
      { message: 'one', level: 'error' },
      { message: 'two' },
      { message: 'three', attrs: { status: 503 } },
    ]);
    expect(await client.messages(2)).toEqual(['one', 'three']);
    await client.subscribe(['logs'], { filter: 'two' });
    await ingest(here, [{ message: 'error', level: 'error' }, { message: 'two again' }]);
    expect(await client.messages(3)).toEqual(['one', 'three', 'two again']);
  });

  it('keeps projects apart', async () => {
    const [mine, theirs] = [await liveProject(), await liveProject()];
    const [here, there] = [await mine.open(), await theirs.open()];
    await here.subscribe(['telemetry.live']);
    await there.subscribe(['telemetry.live']);
    await ingest(theirs, { message: 'secret' });
    await ingest(mine, { message: 'own' });
    expect(await there.messages(1, 'telemetry.live')).toEqual(['secret']);
    expect(await here.messages(1, 'telemetry.live')).toEqual(['own']);
  });

  it('refuses more topics and filters than a sleeping socket can keep', async () => {
    const client = await home.open();
    const filter = `attrs.note:"${'x'.repeat(4_000)}"`;
    for (const topic of ['logs', 'errors', 'vitals']) await client.subscribe([topic], { filter });
    expect(await client.ask({ type: 'SUBSCRIBE', topics: ['spans'], filter })).toMatchObject({
      code: 'subscription_too_large',
    });
    const ids = Array.from({ length: 17 }, (_, i) => `client:${i}`);
    await client.subscribe(ids);
    expect(await client.ask({ type: 'SUBSCRIBE', topics: ['spans'] })).toMatchObject({ code: 'too_many_topics' });
  });

  it('needs a key that may read', async () => {
    const { key } = await createKey(home.project, ['ingest']);
    const client = await home.open({ key });
    expect(await client.ask({ type: 'SUBSCRIBE', topics: ['logs'] })).toMatchObject({
      type: 'ERROR',
      code: 'scope_missing',
    });
  });
});

describe('sessions', () => {
  it('must show their csrf token in the first SUBSCRIBE or TELEMETRY, and only there', async () => {
    const analyst = await signInAs('analyst');
    const client = await LiveClient.open({ project: home.project, as: analyst });
    expect(await client.ask({ type: 'SUBSCRIBE', topics: ['logs'] })).toMatchObject({ code: 'csrf_required' });
    const other = await signInAs('analyst');
    expect(await client.ask({ type: 'TELEMETRY', payload: {}, csrf: other.csrf })).toMatchObject({
      code: 'csrf_required',
    });
    expect(await client.ask({ type: 'TELEMETRY', payload: {}, csrf: analyst.csrf })).toMatchObject({ type: 'ACK' });
    expect(await client.ask({ type: 'SUBSCRIBE', topics: ['logs'] })).toMatchObject({ type: 'SUBSCRIBED' });
  });

  it('of a viewer read and do not send', async () => {
    const viewer = await signInAs('viewer');
    const client = await LiveClient.open({ project: home.project, as: viewer });
    await client.subscribe(['logs'], { csrf: viewer.csrf });
    expect(await client.ask({ type: 'TELEMETRY', id: 1, payload: {} })).toMatchObject({ id: 1, code: 'scope_missing' });
  });
});

describe('presence', () => {
  it('is told on client:<id>, with the number of sockets that the client has', async () => {
    const here = await liveProject();
    const watcher = await here.open();
    const answer = await watcher.ask({ type: 'SUBSCRIBE', topics: ['client:pump-7', 'client:idle'] });
    expect(answer.presence).toEqual({ 'pump-7': 0, idle: 0 });
    const first = await here.open({ client: 'pump-7' });
    const second = await here.open({ client: 'pump-7' });
    await here.open({ client: 'other' });
    first.close();
    second.close();
    await watcher.messages(4, 'client:pump-7');
    const notices = watcher.updates('client:pump-7').flatMap(({ records }) => records ?? []);
    expect(notices.map(({ attrs }) => [attrs.event, attrs.sockets])).toEqual([
      ['connected', 1],
      ['connected', 2],
      ['disconnected', 1],
      ['disconnected', 0],
    ]);
    expect(notices[0]).toMatchObject({ stream: 'logs', type: 'presence', attrs: { clientId: 'pump-7' } });
    expect(await everyRecord(here.project)).toEqual([]);
  });

  it('counts who is there when one subscribes', async () => {
    const here = await liveProject();
    await here.open({ client: '__proto__' });
    const watcher = await here.open();
    const answer = await watcher.ask({ type: 'SUBSCRIBE', topics: ['client:__proto__'] });
    expect(Object.entries(answer.presence ?? {})).toEqual([['__proto__', 1]]);
  });
});

describe('updates', () => {
  it('carry at most 500 records each, in order', async () => {
    const here = await liveProject();
    const client = await here.open();
    await client.subscribe(['logs']);
    await ingest(here, numbered(1_700, 'n'));
    const messages = await client.messages(1_700);
    expect(messages).toEqual(numbered(1_700, 'n').map(({ message }) => message));
    const sizes = client.updates('logs').map(({ records }) => records?.length ?? 0);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(500);
  });
});
