/** The Big List of Naughty Strings (Max Woolf), and a few more, wherever a string can stand. */
import naughty from 'big-list-of-naughty-strings/blns.json' with { type: 'json' };
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AdminSession } from '../../scripts/start/api.ts';
import type { Json, LogRecord } from '../../src/wire/record.ts';
import { newProject } from '../faults/project.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';
import { countsOf, exported, get, post, searched, type Target } from './client.ts';

const STRINGS: readonly string[] = [
  ...new Set([
    ...(naughty as string[]),
    '__proto__',
    'constructor',
    '\u0000',
    '\ud83d',
    '\udc00\ud83d',
    'x'.repeat(10_000),
    '\\',
    '"',
    '\\"',
    '*'.repeat(200),
    '('.repeat(500),
    'NOT '.repeat(300),
    'a:'.repeat(300),
    '[1 TO',
    'ts:>x',
  ]),
];
const MAX_IDENTIFIER_CHARS = 256;
/** Rejections that an answer lists. */
const BATCH = 100;

interface Place {
  name: string;
  /** The record with the string in its place. `sessionId` says which string it is. */
  put(text: string): Record<string, Json>;
  find(record: LogRecord, text: string): unknown;
  maxChars?: number;
}

const PLACES: Place[] = [
  { name: 'message', put: (text) => ({ message: text }), find: ({ message }) => message },
  {
    name: 'service',
    put: (text) => ({ service: text }),
    find: ({ service }) => service,
    maxChars: MAX_IDENTIFIER_CHARS,
  },
  { name: 'userId', put: (text) => ({ userId: text }), find: ({ userId }) => userId, maxChars: MAX_IDENTIFIER_CHARS },
  { name: 'type', put: (text) => ({ type: text }), find: ({ type }) => type, maxChars: MAX_IDENTIFIER_CHARS },
  { name: 'value', put: (text) => ({ attrs: { value: text } }), find: ({ attrs }) => attrs.value },
  {
    name: 'value in a list',
    put: (text) => ({ attrs: { list: [{ text }] } }),
    find: ({ attrs }) => (attrs.list as [{ text: string }])[0].text,
  },
  {
    name: 'name',
    put: (text) => ({ attrs: named(text) }),
    find: ({ attrs }, text) => Object.hasOwn(attrs, text) && text,
  },
  {
    name: 'name of a top-level field',
    put: (text) => named(text),
    find: ({ attrs }, text) => Object.hasOwn(attrs, text) && text,
  },
  { name: 'unknown level', put: (text) => ({ level: `x${text}` }), find: ({ attrs }) => String(attrs.level).slice(1) },
];

/** Defined, not assigned, because of __proto__. */
function named(name: string): Record<string, Json> {
  return Object.defineProperty({}, name, { value: 1, enumerable: true }) as Record<string, Json>;
}

describe(`${STRINGS.length} naughty strings`, () => {
  let worker: StartedWorkerd;
  let admin: AdminSession;
  let messages: Target;

  beforeAll(async () => {
    worker = await startWorkerd();
    admin = await worker.signIn();
    messages = { url: worker.url, project: await newProject(admin) };
    const body = STRINGS.map((message, index) => JSON.stringify({ message, attrs: { index } })).join('\n');
    expect(countsOf(await post(messages, body)).stored).toBe(STRINGS.length);
  });

  afterAll(() => worker.stop());

  it.each(PLACES)(
    'as $name are kept, or refused with the place',
    async ({ put, find, maxChars = Number.POSITIVE_INFINITY }) => {
      const target = { url: worker.url, project: await newProject(admin) };
      const refused = new Set<number>();
      for (let first = 0; first < STRINGS.length; first += BATCH) {
        const batch = STRINGS.slice(first, first + BATCH).map((text, i) => ({
          ...put(text),
          sessionId: String(first + i),
        }));
        const reply = await post(target, batch.map((record) => JSON.stringify(record)).join('\n'));
        expect(reply.status).toBe(202);
        const { errors, stored, rejected } = countsOf(reply);
        expect([stored + rejected, errors.length]).toEqual([batch.length, rejected]);
        for (const { index, pointer, reason } of errors) {
          expect([pointer.startsWith('/'), reason]).toEqual([true, expect.stringMatching(/./)]);
          refused.add(first + index);
        }
      }
      const tooLong = STRINGS.flatMap((text, index) => (text.length > maxChars ? [index] : []));
      expect([...refused]).toEqual(tooLong);
      const records = await exported(target);
      expect(records).toHaveLength(STRINGS.length - refused.size);
      for (const record of records) {
        const text = STRINGS[Number(record.sessionId)] ?? '';
        expect(find(record, text)).toBe(text);
      }
    },
  );

  it('as search queries are answered, or refused with the position', async () => {
    const paths = ['/api/query/logs', '/api/query/logs/histogram', '/api/query/logs/facets', '/api/export'];
    for (const q of STRINGS) {
      const ask = async (path: string): Promise<void> => {
        const response = await get(messages, path, { q, from: '2000-01-01', to: '2100-01-01' });
        const text = await response.text();
        if (response.status === 200) return;
        const problem = JSON.parse(text);
        expect([path, q, response.status, problem.code]).toEqual([path, q, 400, 'invalid_query']);
        const [error] = problem.errors;
        expect(error).toMatchObject({
          pointer: '/q',
          reason: expect.any(String),
          position: expect.any(Number),
          length: expect.any(Number),
        });
        expect(error.position + error.length).toBeLessThanOrEqual(q.length);
      };
      await Promise.all(paths.map(ask));
    }
  });

  it('as phrases find the message that they are', async () => {
    for (const [index, text] of STRINGS.entries()) {
      // A URL carries no half of a surrogate pair, and a phrase of nothing asks for nothing.
      if (text.trim() === '' || !text.isWellFormed() || text.length > 2_000) continue;
      const q = `"${text.replace(/[\\"]/g, '\\$&')}"`;
      const found = (await searched(messages, { q })).map(({ attrs }) => attrs.index);
      expect([text, found]).toEqual([text, expect.arrayContaining([index])]);
    }
  });

  it('as other parameters of a search are answered, or refused with the place', async () => {
    for (const text of STRINGS) {
      const ask = async (path: string, names: readonly string[]): Promise<void> => {
        const response = await get(messages, path, Object.fromEntries(names.map((name) => [name, text])));
        await response.body?.cancel();
        expect([path, names, text, response.status < 500]).toEqual([path, names, text, true]);
      };
      // A refusal names everything that is wrong, so these may come together.
      await ask('/api/query/logs', ['from', 'to', 'stream', 'limit', 'cursor', 'order']);
      await ask('/api/query/logs', ['project']);
      await ask('/api/query/logs/facets', ['fields']);
    }
  });

  it("as headers and parameters of ingest are taken, or refused as the client's", async () => {
    const own = { authorization: `Bearer ${messages.project.key}` };
    const names = ['idempotency-key', 'content-encoding', 'content-type', 'origin', 'traceparent'];
    const requestsWith = (text: string): { query: string; headers: Record<string, string> }[] => [
      { query: '', headers: { authorization: `Bearer ${text}` } },
      { query: '', headers: { authorization: text } },
      { query: '', headers: { 'x-api-key': text } },
      { query: `?key=${encodeURIComponent(text)}`, headers: {} },
      { query: `?stream=${encodeURIComponent(text)}`, headers: own },
      { query: `?service=${encodeURIComponent(text)}`, headers: own },
      ...names.map((name) => ({ query: '', headers: { ...own, [name]: text } })),
    ];
    for (const text of STRINGS.filter((one) => one.isWellFormed())) {
      const requests = requestsWith(text).filter(({ headers }) => fitsHeaders(headers));
      const ask = async ({ query, headers }: { query: string; headers: Record<string, string> }): Promise<void> => {
        const url = `${worker.url}/api/ingest${query}`;
        const { status, body } = await fetch(url, { method: 'POST', headers, body: '{"message":"a"}' });
        await body?.cancel();
        expect([query, headers, status === 202 || (status >= 400 && status < 500)]).toEqual([query, headers, true]);
      };
      await Promise.all(requests.map(ask));
    }
  });

  it('leave a log without a fault', () => {
    expect(worker.output()).not.toContain('"event":"fault"');
  });
});

/** Only latin-1 without controls can be a header at all. */
function fitsHeaders(headers: Record<string, string>): boolean {
  return Object.values(headers).every((value) => /^[\t\x20-\x7e\x80-\xff]*$/.test(value));
}
