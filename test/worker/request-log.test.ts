import { runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import type { Env } from '../../src/env.ts';
import { journalFor } from '../../src/journal/index.ts';
import { loggedAlarm } from '../../src/shared/logged-alarm.ts';
import { createKey, createProject, signInAs } from '../helpers/worker/accounts.ts';
import { callApp } from '../helpers/worker/call-app.ts';
import { append, batchOf } from '../helpers/worker/journal.ts';
import { liveProject, upgrade } from '../helpers/worker/live-client.ts';
import { logLines } from '../helpers/worker/log-lines.ts';

/** The lines of requests, of all that were logged. */
const requests = (lines: ReturnType<typeof logLines>) => lines.filter(({ event }) => event === 'request');

const HEX_32 = /^[\da-f]{32}$/;
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

describe('each request has one line', () => {
  it('that says which it was, what it asked for, who asked, and what became of it', async () => {
    const { id } = await createProject();
    const analyst = await signInAs('analyst');
    const lines = logLines();
    const address = '203.0.113.77';
    const answer = await callApp('GET', `/api/projects/${id}/ledger?from=1&secret=x`, { as: analyst, address });
    expect(requests(lines)).toEqual([
      {
        ...{ ts: expect.any(Number), level: 'info', event: 'request' },
        ...{ requestId: answer.headers.get('x-request-id'), traceId: answer.headers.get('x-request-id') },
        ...{ method: 'GET', route: '/api/projects/:id/ledger', status: answer.status, durationMs: expect.any(Number) },
        ...{ userId: analyst.userId, projectId: id, address: '203.0.113.0/24', outcome: 'ok' },
      },
    ]);
  });

  it('with the id of the caller’s trace and its span, so that one search finds both sides', async () => {
    const lines = logLines();
    await callApp('GET', '/api/projects', { headers: { traceparent: `00-${TRACE}-${SPAN}-01` } });
    expect(requests(lines)).toMatchObject([{ requestId: TRACE, traceId: TRACE, parentSpanId: SPAN }]);
  });

  it('of the write side, which names the key and its project without looking anything up', async () => {
    const { id } = await createProject();
    const { id: keyId, key } = await createKey(id, ['ingest']);
    const lines = logLines();
    await callApp('POST', '/api/ingest', { key, body: { message: 'one' }, address: '2001:db8:1:2:3::4' });
    expect(requests(lines)).toMatchObject([
      { route: '/api/ingest', status: 202, outcome: 'ok', keyId, projectId: id, address: '2001:db8:1::/48' },
    ]);
  });

  it('of a key on the read side', async () => {
    const { id } = await createProject();
    const { id: keyId, key } = await createKey(id, ['query']);
    const lines = logLines();
    await callApp('GET', `/api/query/logs?project=${id}`, { key });
    expect(requests(lines)).toMatchObject([{ route: '/api/query/logs', status: 200, keyId, projectId: id }]);
  });

  it.each([
    ['nobody is signed in', 'GET', '/api/projects', {}, 401, '/api/projects', 'unauthenticated'],
    ['a key is none', 'POST', '/api/ingest', { key: 'bw_x.y.z' }, 401, '/api/ingest', 'key_invalid'],
    ['there is nothing', 'GET', '/api/nothing', {}, 404, null, 'not_found'],
    ['there is no such method', 'PUT', '/api/projects', {}, 405, null, 'method_not_allowed'],
  ] as const)('of a refusal because %s, with its code', async (_, method, path, options, status, route, code) => {
    const lines = logLines();
    expect((await callApp(method, path, options)).status).toBe(status);
    expect(requests(lines)).toMatchObject([{ level: 'info', outcome: 'refused', method, status, route, code }]);
  });

  it('of a key that was revoked: the key is named, and nothing of it is written', async () => {
    const { id } = await createProject();
    const { id: keyId, key } = await createKey(id, ['ingest']);
    await callApp('DELETE', `/api/projects/${id}/keys/${keyId}`, { as: await signInAs('admin') });
    const lines = logLines();
    await callApp('POST', '/api/ingest', { key, body: { message: 'one' } });
    expect(requests(lines)).toMatchObject([{ outcome: 'refused', code: 'key_revoked', keyId, projectId: id }]);
    expect(JSON.stringify(lines)).not.toContain(key.slice(key.indexOf('.') + 1));
  });

  it('of a fault, beside the line with its cause, both as errors', async () => {
    const { key } = await createKey((await createProject()).id, ['query']);
    const lines = logLines();
    const broken = { ...env, DB: {} as D1Database };
    await callApp('GET', '/api/projects', { app: createApp(), env: broken, key });
    expect(lines).toMatchObject([
      { level: 'error', event: 'fault', route: '/api/projects', cause: expect.stringContaining('TypeError') },
      { level: 'error', event: 'request', outcome: 'failed', status: 500, code: 'internal_error' },
    ]);
    expect(lines[0].requestId).toBe(lines[1].requestId);
    expect(lines[0]).not.toHaveProperty('path');
  });

  it('of a configuration that is broken: fatal, because nothing is answered any more', async () => {
    const lines = logLines();
    await callApp('GET', '/health', { app: createApp(), env: { ...env, SESSION_SECRETS: '' } });
    expect(lines).toMatchObject([
      { level: 'fatal', event: 'fault', cause: expect.stringContaining('SESSION_SECRETS') },
    ]);
  });

  it('of an upgrade to a socket', async () => {
    const { project, key } = await liveProject();
    const lines = logLines();
    const { webSocket } = await upgrade({ project, key });
    webSocket?.accept();
    webSocket?.close();
    expect(requests(lines)).toMatchObject([{ route: '/ws/telemetry', status: 101, outcome: 'ok', projectId: project }]);
  });

  it.each(['/health', '/api/health'])('of %s, which monitors ask all day, for who wants every line', async (path) => {
    const wanted = logLines('debug');
    await callApp('GET', path);
    expect(requests(wanted)).toMatchObject([{ level: 'debug', route: path, outcome: 'ok' }]);
  });

  it.each(['/api/ingest', '/api/auth/login', '/api/projects'])(
    'of a body to %s whose sender broke off: its client is gone, and nothing failed',
    async (path) => {
      const options = path === '/api/projects' ? { as: await signInAs('admin') } : {};
      const { key } = await createKey((await createProject()).id, ['ingest']);
      const lines = logLines();
      const broken = new ReadableStream({ start: (controller) => controller.error(new Error('connection lost')) });
      const answer = await callApp('POST', path, {
        ...options,
        ...(path === '/api/ingest' ? { key } : {}),
        body: broken,
      });
      expect([answer.status, answer.body.code]).toEqual([400, 'body_cut']);
      expect(requests(lines)).toMatchObject([{ level: 'info', outcome: 'client_gone', code: 'body_cut', status: 400 }]);
      expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
    },
  );

  it('when its client hangs up before there is an answer, and none after it', async () => {
    const { id } = await createProject();
    const { key } = await createKey(id, ['query']);
    const lines = logLines();
    const [leaving, reached, answers] = [
      new AbortController(),
      Promise.withResolvers<void>(),
      Promise.withResolvers<void>(),
    ];
    const slow = async () => {
      reached.resolve();
      await answers.promise;
      throw Object.assign(new Error('away'), { retryable: true });
    };
    const JOURNAL = { getByName: () => ({ status: slow, ledger: slow }) } as unknown as Env['JOURNAL'];
    const request = new Request(`http://localhost/api/projects/${id}/ledger`, {
      headers: { authorization: `Bearer ${key}` },
      signal: leaving.signal,
    });
    const answer = createApp().fetch(request, { ...env, JOURNAL });
    await reached.promise;
    leaving.abort();
    expect(requests(lines)).toMatchObject([{ level: 'info', outcome: 'client_gone', status: null, projectId: id }]);
    answers.resolve();
    await answer;
    expect(requests(lines)).toHaveLength(1);
  });
});

describe('what a request brings', () => {
  it('is in no line, wherever a secret stands in it', async () => {
    const { id } = await createProject();
    const { key } = await createKey(id, ['ingest', 'query']);
    const viewer = await signInAs('viewer');
    const secret = fc.stringMatching(/^[A-Za-z0-9]{12,30}$/);
    await fc.assert(
      fc.asyncProperty(secret, async (text) => {
        const lines = logLines('debug');
        await callApp('GET', `/api/query/logs?project=${id}&token=${text}`, { key, headers: { cookie: `a=${text}` } });
        await callApp('GET', `/api/projects/${text}`, { as: viewer });
        await callApp('GET', `/${text}.js`);
        await callApp('POST', '/api/ingest', { key: text, body: { message: text } });
        await callApp('POST', '/api/auth/login', { body: { username: text, password: text } });
        await callApp('POST', '/api/auth/setup', {
          headers: { authorization: `Bearer ${text}` },
          body: { password: text },
        });
        await callApp('GET', '/ws/telemetry', { headers: { 'sec-websocket-protocol': `bearer.${text}` } });
        const written = JSON.stringify(lines);
        expect(requests(lines).length).toBe(7);
        expect(written).not.toContain(text);
        expect(written).not.toContain(key.slice(key.indexOf('.') + 1));
        expect(written).not.toContain(viewer.cookie.slice(-40));
        expect(requests(lines).every(({ requestId }) => HEX_32.test(requestId))).toBe(true);
      }),
      { numRuns: 10 },
    );
  });
});

describe('an alarm of an object', () => {
  it('has a line as a request has, for who wants every line', async () => {
    const { id } = await createProject();
    await append(batchOf(id, [{ message: 'one' }]));
    const lines = logLines('debug');
    await runDurableObjectAlarm(journalFor(env, id, 0));
    expect(lines.filter(({ event, projectId }) => event === 'alarm' && projectId === id)).toEqual([
      {
        ...{ ts: expect.any(Number), level: 'debug', event: 'alarm', object: 'journal', projectId: id, outcome: 'ok' },
        durationMs: expect.any(Number),
      },
    ]);
  });

  it('that throws has it as an error, with its cause, and goes on throwing', async () => {
    const lines = logLines();
    const broken = loggedAlarm('hub', null, () => Promise.reject(new Error('no room')));
    await expect(broken).rejects.toThrow('no room');
    expect(lines).toMatchObject([
      { level: 'error', event: 'alarm_failed', object: 'hub', outcome: 'failed', cause: 'Error: no room' },
    ]);
  });
});
