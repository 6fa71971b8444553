import { env, exports } from 'cloudflare:workers';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp } from '../../src/app.ts';
import type { Env } from '../../src/env.ts';
import type { AppendRequest } from '../../src/journal/index.ts';
import { createKey, createProject, signInAs } from '../helpers/worker/accounts.ts';
import { callApp, ORIGIN } from '../helpers/worker/call-app.ts';
import { everyRecord, ledgerOf } from '../helpers/worker/journal.ts';

interface Sent {
  body: string | Uint8Array | ReadableStream<Uint8Array>;
  key?: string;
  query?: string;
  headers?: Record<string, string>;
  env?: Env;
}

interface Reply {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the route answers and asserts it
  body: any;
}

let projectId: string;
let key: string;

beforeEach(async () => {
  projectId = (await createProject()).id;
  ({ key } = await createKey(projectId, ['ingest']));
});

async function send({ body, query = '?dataType=JSON', headers, env: bindings, ...sent }: Sent): Promise<Reply> {
  const request = new Request(`${ORIGIN}/api/etl/start${query}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${sent.key ?? key}`, ...headers },
    body,
  });
  const response = bindings ? await createApp().fetch(request, bindings) : await exports.default.fetch(request);
  return { status: response.status, headers: response.headers, body: await response.json() };
}

const ndjson = (count: number, from = 0, more: object = {}) =>
  Array.from({ length: count }, (_, i) => `${JSON.stringify({ message: `m${from + i}`, ...more })}\n`).join('');

/** The text in pieces of these lengths, over and over; breaks off after `cutAfter` bytes. */
function pieces(text: string, lengths: number[], cutAfter = Number.POSITIVE_INFINITY): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  let turn = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= cutAfter) {
        controller.error(new Error('the connection was lost'));
        return;
      }
      const end = Math.min(at + (lengths[turn++ % lengths.length] ?? 1), bytes.length);
      if (end > at) controller.enqueue(bytes.slice(at, end));
      at = end;
      if (at >= bytes.length) controller.close();
    },
  });
}

const jobOf = async (id: string) =>
  (await callApp('GET', `/api/etl/jobs/${id}?project=${projectId}`, { as: await signInAs('admin') })).body;

const messages = async () => (await everyRecord(projectId)).map(({ message }) => message);

async function ledger() {
  const { received, stored, duplicate, rejected } = await ledgerOf(projectId);
  return { received, stored, duplicate, rejected };
}

describe('a start with its data in the envelope', () => {
  it('stores a record and answers with counts and steps', async () => {
    const reply = await send({ query: '', body: JSON.stringify({ dataType: 'JSON', payload: { message: 'one' } }) });
    expect(reply.status).toBe(202);
    const step = (name: string) => ({ name, in: 1, out: 1, rejected: 0, durationMs: expect.any(Number) });
    expect(reply.body).toEqual({
      jobId: expect.stringMatching(/^etl_/),
      dataType: 'JSON',
      schemaVersion: 0,
      ...{ received: 1, stored: 1, duplicate: 0, rejected: 0, errors: [], rejectsKept: 0 },
      durationMs: expect.any(Number),
      steps: ['extract', 'transform', 'load', 'validate'].map(step),
    });
    expect(reply.headers.get('x-etl-time')).toMatch(/^\d+\.\d$/);
    expect(await messages()).toEqual(['one']);
    expect(await jobOf(reply.body.jobId)).toMatchObject({ state: 'done', stored: 1, startedBy: expect.any(String) });
  });

  it('takes an array, and the stream and the service for records that name none', async () => {
    const payload = [{ message: 'a' }, { message: 'b', service: 'own', stream: 'errors' }];
    const body = { dataType: 'JSON', payload, stream: 'operations', service: 'given' };
    expect((await send({ query: '', body: JSON.stringify(body) })).body).toMatchObject({ received: 2, stored: 2 });
    expect((await everyRecord(projectId)).map(({ stream, service }) => [stream, service]).sort()).toEqual([
      ['errors', 'own'],
      ['operations', 'given'],
    ]);
  });

  it('keeps digits that a double cannot hold', async () => {
    const { key: reader } = await createKey(projectId, ['query']);
    await send({ query: '', body: '{"dataType":"JSON","payload":{"attrs":{"id":12345678901234567890}}}' });
    const found = await exports.default.fetch(
      new Request(`${ORIGIN}/api/query/logs`, { headers: { authorization: `Bearer ${reader}` } }),
    );
    expect(await found.text()).toContain('"id":12345678901234567890}');
  });

  it('of somebody signed in goes to the project that it names', async () => {
    const analyst = await signInAs('analyst', [projectId]);
    const body = { dataType: 'JSON', payload: { message: 'by hand' }, project: projectId };
    expect((await callApp('POST', '/api/etl/start', { as: analyst, body })).status).toBe(202);
    expect(await messages()).toEqual(['by hand']);
    const job = (await callApp('GET', `/api/etl/jobs?project=${projectId}`, { as: analyst })).body.items[0];
    expect(job.startedBy).toBe(`user:${analyst.userId}`);
  });
});

describe('a start whose body is the data', () => {
  it.each([[[1]], [[7, 1, 400]], [[65_536]]])('stores the same whatever the pieces: %j', async (lengths) => {
    const reply = await send({ body: pieces(ndjson(450), lengths) });
    expect(reply.body).toMatchObject({ received: 450, stored: 450, duplicate: 0, rejected: 0 });
    expect(await messages()).toEqual(Array.from({ length: 450 }, (_, i) => `m${i}`));
    expect(await jobOf(reply.body.jobId)).toMatchObject({ batches: 3, bytes: ndjson(450).length });
    expect(await ledger()).toEqual({ received: 450, stored: 450, duplicate: 0, rejected: 0 });
  });

  it('inflates gzip', async () => {
    const reply = await send({ body: gzipSync(ndjson(300)), headers: { 'content-encoding': 'gzip' } });
    expect(reply.body).toMatchObject({ received: 300, stored: 300 });
  });

  it('goes on after a break, when it is sent again whole with the same key', async () => {
    const headers = { 'idempotency-key': 'upload-1' };
    const text = ndjson(1_000);
    // Not by way of the platform's own loopback, which ends a body that errors as if it were whole.
    const cut = await send({ body: pieces(text, [1_000], 8_000), headers, env });
    expect([cut.status, cut.body.code]).toEqual([400, 'stream_cut']);
    expect(cut.body.stored).toBe(300);
    expect(await jobOf(cut.body.jobId)).toMatchObject({ state: 'broken', brokenBy: 'stream_cut', stored: 300 });
    const again = await send({ body: pieces(text, [777]), headers });
    expect(again.status).toBe(202);
    expect(again.body).toMatchObject({ received: 1_000, stored: 700, duplicate: 300, jobId: cut.body.jobId });
    expect(again.headers.get('idempotent-replayed')).toBeNull();
    expect(await messages()).toEqual(Array.from({ length: 1_000 }, (_, i) => `m${i}`));
    const third = await send({ body: text, headers });
    expect(third.body).toMatchObject({ received: 1_000, stored: 1_000, duplicate: 0 });
    expect(third.headers.get('idempotent-replayed')).toBe('true');
    // Whoever looks at the job sees what it stored, not that a repeat stored nothing.
    expect(await jobOf(third.body.jobId)).toMatchObject({ state: 'done', stored: third.body.stored });
    expect(await messages()).toHaveLength(1_000);
    expect(await jobOf(cut.body.jobId)).toMatchObject({ state: 'done', attempt: 3 });
  });

  it('with a key that came with other data answers 422', async () => {
    const headers = { 'idempotency-key': 'upload-2' };
    const first = await send({ body: ndjson(5), headers });
    const other = await send({ body: ndjson(6), headers });
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
    const ofAnotherKind = await send({ body: ndjson(5), headers, query: '?dataType=TELEMETRY' });
    expect([ofAnotherKind.status, ofAnotherKind.body.code]).toEqual([422, 'idempotency_key_reused']);
    const { keys } = await ledgerOf(projectId);
    expect(keys[0]?.refusedByCode).toEqual({ idempotency_key_reused: 2 });
    // The job whose key it was is none the worse for it.
    expect(await jobOf(first.body.jobId)).toMatchObject({ state: 'done', stored: 5, toldBy: 1 });
  });

  it('is recognised without a key where every record has its time, batch by batch', async () => {
    const text = ndjson(250, 0, { ts: Date.now() });
    expect((await send({ body: text })).body).toMatchObject({ stored: 250, duplicate: 0 });
    expect((await send({ body: text })).body).toMatchObject({ stored: 0, duplicate: 250 });
    expect(await messages()).toHaveLength(250);
  });

  it('may hold the same batch twice', async () => {
    const line = `${JSON.stringify({ ts: 1_700_000_000_000, message: 'same' })}\n`;
    expect((await send({ body: line.repeat(300) })).body).toMatchObject({ stored: 300, duplicate: 0 });
  });
});

describe('a start that is refused', () => {
  const hostile: [string, Sent, number, string][] = [
    ['no JSON', { query: '', body: '{"dataType":' }, 400, 'malformed_body'],
    ['no UTF-8', { query: '', body: new Uint8Array([0x22, 0xff, 0x22]) }, 400, 'malformed_body'],
    ['an unknown data type', { query: '', body: '{"dataType":"XML","payload":1}' }, 400, 'invalid_input'],
    ['no payload', { query: '', body: '{"dataType":"JSON"}' }, 400, 'invalid_input'],
    [
      'a field that does not exist',
      { query: '', body: '{"dataType":"JSON","payload":1,"pay":2}' },
      400,
      'invalid_input',
    ],
    ['an unknown stream', { query: '?dataType=JSON&stream=cats', body: '{}' }, 400, 'invalid_input'],
    ['a bad version', { query: '?dataType=JSON&schemaVersion=x', body: '{}' }, 400, 'invalid_input'],
    [
      'too many values',
      { query: '', body: `{"dataType":"JSON","payload":[${'1,'.repeat(1_000_001)}1]}` },
      413,
      'too_many_records',
    ],
    ['a long envelope', { query: '', body: `{"x":"${'x'.repeat(16 * 1024 * 1024)}"}` }, 413, 'body_too_large'],
    ['an unknown coding', { body: '{}', headers: { 'content-encoding': 'br' } }, 415, 'encoding_unknown'],
    ['a broken coding', { body: 'not gzip', headers: { 'content-encoding': 'gzip' } }, 400, 'encoding_broken'],
    ['an empty idempotency key', { body: '{}', headers: { 'idempotency-key': '' } }, 400, 'invalid_input'],
    ['nothing usable', { body: 'not json at all\n' }, 400, 'all_rejected'],
    [
      'another project than that of its key',
      { query: '?dataType=JSON&project=prj_other', body: '{}' },
      404,
      'not_found',
    ],
  ];
  it.each(hostile)('for %s says so, and stores nothing', async (_, sent, status, code) => {
    const reply = await send(sent);
    expect([reply.status, reply.body.code]).toEqual([status, code]);
    expect(reply.headers.get('content-type')).toBe('application/problem+json');
    expect(await messages()).toEqual([]);
  });

  it('for the rate of its project opens no job, whether or not its data could be used, and is counted', async () => {
    const body = { limits: { ingestPerMinute: 2 } };
    await callApp('PATCH', `/api/projects/${projectId}`, { as: await signInAs('admin'), body });
    vi.spyOn(Date, 'now').mockReturnValue(Math.ceil(Date.now() / 60_000) * 60_000);
    const statuses: number[] = [];
    for (const text of ['{}', 'not json at all\n', '{}', '{}']) statuses.push((await send({ body: text })).status);
    const unread = await send({ query: '', body: '{"dataType":' });
    vi.restoreAllMocks();
    expect([...statuses, unread.status]).toEqual([202, 400, 429, 429, 429]);
    expect(unread.headers.get('retry-after')).toBe('60');
    const { keys } = await ledgerOf(projectId);
    expect(keys[0]).toMatchObject({ requests: 5, refusedByCode: { rate_limited: 3 } });
    const jobs = await env.DB.prepare('SELECT count(*) AS n FROM etl_jobs WHERE project_id = ?')
      .bind(projectId)
      .first();
    expect(jobs).toEqual({ n: 2 });
  });

  it('shows in the ledger of its key', async () => {
    await send({ query: '', body: 'nonsense' });
    await send({ body: '{}', headers: { 'content-encoding': 'br' } });
    const { keys } = await ledgerOf(projectId);
    expect(keys[0]?.refusedByCode).toEqual({ malformed_body: 1, encoding_unknown: 1 });
  });

  it('because it inflates without end is refused while it inflates, and its job says so', async () => {
    const line = `${JSON.stringify({ message: 'z'.repeat(100_000) })}\n`;
    const bomb = gzipSync(line.repeat(400));
    const reply = await send({ body: bomb, headers: { 'content-encoding': 'gzip' } });
    expect([reply.status, reply.body.code]).toEqual([413, 'body_too_large']);
    expect(await jobOf(reply.body.jobId)).toMatchObject({ state: 'broken', brokenBy: 'body_too_large' });
    expect(reply.body.received).toBe(reply.body.stored + reply.body.duplicate + reply.body.rejected);
  });

  it('of somebody signed in without a project, without the token or with too low a role', async () => {
    const body = { dataType: 'JSON', payload: { message: 'm' } };
    const as = await signInAs('analyst');
    const call = (options: object) => callApp('POST', '/api/etl/start', { body, ...options });
    expect((await call({ as })).body.errors[0].pointer).toBe('/project');
    expect((await call({ as, csrf: null })).body.code).toBe('csrf_failed');
    const viewer = await signInAs('viewer', [projectId]);
    const low = await callApp('POST', `/api/etl/start?project=${projectId}`, { as: viewer, body });
    expect([low.status, low.body.code]).toEqual([403, 'forbidden']);
  });

  it('record by record where its key lacks the scope of a stream', async () => {
    const { key: narrow } = await createKey(projectId, ['ingest:logs']);
    const body = '{"message":"a"}\n{"message":"b","stream":"fraud"}\n';
    const reply = await send({ body, key: narrow });
    expect(reply.body).toMatchObject({ stored: 1, rejected: 1, errors: [{ index: 1, pointer: '/stream' }] });
    const whole = await send({ body, key: narrow, query: '?dataType=JSON&stream=fraud' });
    expect([whole.status, whole.body.code]).toEqual([403, 'scope_missing']);
  });

  it('when its key is revoked', async () => {
    const { id, key: old } = await createKey(projectId, ['ingest']);
    await callApp('DELETE', `/api/projects/${projectId}/keys/${id}`, { as: await signInAs('admin') });
    const reply = await send({ body: '{}', key: old });
    expect([reply.status, reply.body.code]).toEqual([401, 'key_revoked']);
  });
});

it('a journal that does not answer breaks a run off, which a repeat with the same key completes', async () => {
  const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const headers = { 'idempotency-key': 'k' };
  let appends = 0;
  const JOURNAL = new Proxy(env.JOURNAL, {
    get(namespace, name) {
      if (name !== 'getByName') return Reflect.get(namespace, name);
      return (id: string) => {
        const journal = namespace.getByName(id);
        const append = (request: AppendRequest) =>
          appends++ === 1 ? Promise.reject(new Error('gone')) : journal.append(request);
        return { append, countRefused: (refused: never) => journal.countRefused(refused) };
      };
    },
  });
  const broken = await send({ body: ndjson(450), headers, env: { ...env, JOURNAL } as unknown as Env });
  expect([broken.status, broken.body.code, broken.headers.get('retry-after')]).toEqual([503, 'journal_away', '1']);
  expect(broken.body).toMatchObject({ received: 100, stored: 100, rejected: 0 });
  expect(await jobOf(broken.body.jobId)).toMatchObject({ state: 'broken', brokenBy: 'journal_away' });
  const again = await send({ body: ndjson(450), headers });
  expect(again.body).toMatchObject({ received: 450, stored: 350, duplicate: 100, jobId: broken.body.jobId });
  expect(await messages()).toEqual(Array.from({ length: 450 }, (_, i) => `m${i}`));
  error.mockRestore();
});

it('over the rate of the project is refused before it is a job, and a body of nothing is a request too', async () => {
  const admin = await signInAs('admin');
  await callApp('PATCH', `/api/projects/${projectId}`, { as: admin, body: { limits: { ingestPerMinute: 2 } } });
  const statuses: number[] = [];
  // A minute may turn in between, and admits two more.
  for (let i = 0; i < 6; i++) statuses.push((await send({ body: i % 2 === 0 ? '' : ndjson(1) })).status);
  const refused = statuses.filter((status) => status === 429);
  expect(refused.length).toBeGreaterThanOrEqual(2);
  const jobs = (await callApp('GET', `/api/etl/jobs?project=${projectId}`, { as: admin })).body;
  expect(jobs.items).toHaveLength(6 - refused.length);
  expect((await ledgerOf(projectId)).keys[0]?.refusedByCode).toEqual({ rate_limited: refused.length });
});
