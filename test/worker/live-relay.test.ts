import { beforeAll, describe, expect, it, vi } from 'vitest';
import { type Connect, relay } from '../../src/live/relay.ts';
import { err, ok } from '../../src/shared/result.ts';
import { createProject, signInAs } from '../helpers/worker/accounts.ts';
import { callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { ingest, LiveClient, type LiveProject, liveProject, upgrade } from '../helpers/worker/live-client.ts';
import { until } from '../helpers/worker/until.ts';

// A busy machine is slow, not wrong: until() has its own limits.
vi.setConfig({ testTimeout: 30_000 });

let home: LiveProject;
let analyst: SignedIn;

beforeAll(async () => {
  home = await liveProject();
  analyst = await signInAs('analyst', [home.project]);
});

/** A session's socket whose URL says no project. */
const open = (as: SignedIn = analyst) => LiveClient.open({ project: home.project, as, unnamed: true });

describe('a session whose URL says no project', () => {
  it('names it by its first SUBSCRIBE, and then has a socket like any other', async () => {
    const client = await open();
    await client.subscribe(['logs'], { csrf: analyst.csrf });
    await ingest(home, [{ message: 'over the relay' }]);
    expect(await client.messages(1)).toEqual(['over the relay']);
    const ack = await client.ask({ type: 'TELEMETRY', id: 7, payload: { message: 'and back' } });
    expect(ack).toMatchObject({ type: 'ACK', id: 7, stored: 1 });
    expect(await client.messages(2)).toEqual(['over the relay', 'and back']);
    client.close();
  });

  it('may name it by a TELEMETRY as well, and what follows at once is answered in its order', async () => {
    const client = await open();
    client.send({ type: 'TELEMETRY', id: 'a', payload: { message: 'first' }, csrf: analyst.csrf });
    client.send({ type: 'UNSUBSCRIBE', id: 'b', topics: ['logs'] });
    client.send({ type: 'SUBSCRIBE', id: 'c', topics: ['errors'] });
    const answers = [await client.next(), await client.next(), await client.next()];
    expect(new Set(answers.map(({ type, id }) => `${type} ${id}`))).toEqual(
      new Set(['ACK a', 'UNSUBSCRIBED b', 'SUBSCRIBED c']),
    );
    client.close();
  });

  it('is answered before that: heartbeats, what it never subscribed, and what is no frame', async () => {
    const client = await open();
    expect(await client.ask('{"type":"PING"}')).toEqual({ type: 'PONG' });
    const left = await client.ask({ type: 'UNSUBSCRIBE', id: 1, topics: ['logs'] });
    expect(left).toEqual({ type: 'UNSUBSCRIBED', id: 1, topics: ['logs'] });
    expect(await client.ask('no JSON')).toMatchObject({ type: 'ERROR', code: 'malformed_frame' });
    expect(await client.ask(new ArrayBuffer(3))).toMatchObject({ type: 'ERROR', code: 'binary_frame' });
    client.close();
  });

  it('is refused a project that it does not see, as if there were none, and may name another', async () => {
    const other = await createProject('Not theirs');
    const client = await open();
    for (const project of [other.id, 'prj_none']) {
      const refused = await client.ask({ type: 'SUBSCRIBE', id: 1, project, topics: ['logs'], csrf: analyst.csrf });
      expect(refused).toMatchObject({ type: 'ERROR', id: 1, code: 'not_found' });
    }
    await client.subscribe(['logs'], { csrf: analyst.csrf });
    const second = await client.ask({ type: 'SUBSCRIBE', project: other.id, topics: ['logs'] });
    expect(second).toMatchObject({ type: 'ERROR', code: 'wrong_project' });
    client.close();
  });

  it('needs its token as well', async () => {
    const client = await open();
    const refused = await client.ask({ type: 'SUBSCRIBE', topics: ['logs'] });
    expect(refused).toMatchObject({ type: 'ERROR', code: 'csrf_required' });
    client.close();
  });

  it('is not let in from a page of another origin', async () => {
    const headers = { origin: 'https://evil.example' };
    expect((await upgrade({ project: home.project, as: analyst, unnamed: true, headers })).status).toBe(403);
  });

  it('ends with the session, before it has named a project and after', async () => {
    const leaving = await signInAs('viewer', [home.project]);
    const [named, unnamed] = [await open(leaving), await open(leaving)];
    await named.subscribe(['logs'], { csrf: leaving.csrf });
    expect((await callApp('POST', '/api/auth/logout', { as: leaving })).status).toBe(204);
    expect((await named.closing()).code).toBe(4401);
    unnamed.send({ type: 'SUBSCRIBE', topics: ['logs'], csrf: leaving.csrf });
    expect(await unnamed.next()).toMatchObject({ type: 'ERROR', code: 'unauthenticated' });
    expect((await unnamed.closing()).code).toBe(4401);
  });
});

describe('the relay', () => {
  function relayed(connect: Connect): { client: WebSocket; got: string[]; closed: () => string | null } {
    const { 0: client, 1: server } = new WebSocketPair();
    relay(server, connect);
    const got: string[] = [];
    let closed: string | null = null;
    client.accept();
    client.addEventListener('message', ({ data }) => got.push(String(data)));
    client.addEventListener('close', ({ code, reason }) => {
      closed = `${code} ${reason}`;
    });
    return { client, got, closed: () => closed };
  }
  const subscribe = '{"type":"SUBSCRIBE","id":1,"project":"p","topics":["logs"]}';

  it('gives up a client that names no project within a minute', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { closed } = relayed(async () => err({ kind: 'unauthenticated' }));
    vi.advanceTimersByTime(60_000);
    vi.useRealTimers();
    await expect.poll(closed).toBe('1008 no frame named a project within a minute');
  });

  it('tells a client to send again where the hub cannot be reached, and keeps its socket', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const { client, got, closed } = relayed(async () => {
      throw new Error('the hub is away');
    });
    client.send(subscribe);
    await expect.poll(() => got).toHaveLength(1);
    expect(JSON.parse(got[0] ?? '')).toMatchObject({ type: 'ERROR', id: 1, code: 'overloaded' });
    expect(log).toHaveBeenCalledOnce();
    log.mockRestore();
    expect(closed()).toBeNull();
    client.close();
  });

  it('keeps one frame of full size while the hub is being reached, and no more', async () => {
    const { client, closed } = relayed(() => new Promise(() => undefined));
    client.send(subscribe);
    client.send('x'.repeat(3 * 1024 * 1024));
    expect(closed()).toBeNull();
    client.send('x'.repeat(2 * 1024 * 1024));
    await expect.poll(closed).toBe('1009 too much was sent before the first answer');
  });

  it('ends the hub of a client that left meanwhile, and each side with the other', async () => {
    const { 0: far, 1: hub } = new WebSocketPair();
    let reached: (socket: WebSocket) => void = () => undefined;
    const { client } = relayed(() => new Promise((resolve) => (reached = (socket) => resolve(ok(socket)))));
    client.send(subscribe);
    await expect.poll(() => reached.name).not.toBe('');
    client.close(1000, 'gone');
    let closed: number | null = null;
    hub.accept();
    hub.addEventListener('close', ({ code }) => {
      closed = code;
    });
    await until('the hub hears of it', () => {
      reached(far);
      return closed !== null;
    });
    expect(closed).toBe(1000);
  });
});
