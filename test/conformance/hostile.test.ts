/** Bodies that nobody means well with: kept intact, refused with a reason, never a 500, and never at the cost of memory. */
import { brotliCompressSync, constants, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AdminSession } from '../../scripts/start/api.ts';
import type { LogRecord } from '../../src/wire/record.ts';
import { newProject, readLedger } from '../faults/project.ts';
import { until } from '../helpers/node/temporary.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';
import { CODINGS, type Coding, countsOf, exported, exportLines, post, type Target } from './client.ts';
import { peakMib, resetPeak } from './memory.ts';
import { sendRaw } from './raw-http.ts';

const MIB = 1024 * 1024;
const LIMIT_BYTES = 16 * MIB;

let worker: StartedWorkerd;
let admin: AdminSession;
let target: Target;

beforeAll(async () => {
  worker = await startWorkerd();
  admin = await worker.signIn();
});

afterAll(() => worker.stop());

beforeEach(async () => {
  target = { url: worker.url, project: await newProject(admin) };
});

/** No answer, where the connection ended while the body was written. */
function nullWhereCut(error: unknown): null {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : null;
  if (cause !== null && 'code' in cause && ['EPIPE', 'ECONNRESET', 'UND_ERR_SOCKET'].includes(String(cause.code)))
    return null;
  throw error;
}

describe('text that is no JSON', () => {
  it.each([
    'NaN',
    'Infinity',
    '-Infinity',
    'undefined',
    "'single'",
    '0x10',
    '01',
    '+1',
    '.5',
    '1.',
    '1e',
    '"\\x41"',
    '"\u0007"',
    '[1,]',
    '{"a":1,}',
    '{a:1}',
    '// comment',
    'new Date()',
  ])('is rejected where %j stands, and the records beside it are kept', async (value) => {
    const reply = await post(target, `{"message":"before"}\n{"attrs":{"x":${value}}}\n{"message":"after"}\n`);
    expect(reply.status).toBe(202);
    expect(countsOf(reply)).toEqual({
      received: 3,
      stored: 2,
      duplicate: 0,
      rejected: 1,
      errors: [{ index: 1, pointer: '', reason: expect.stringContaining('not valid JSON') }],
    });
    expect((await exported(target)).map(({ message }) => message)).toEqual(['before', 'after']);
  });

  it.each([
    ['a raw NUL', [0x00]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['half a surrogate pair', [0xed, 0xa0, 0x80]],
    ['a code point beyond the last', [0xf4, 0x90, 0x80, 0x80]],
    ['a sequence that is cut', [0xe2, 0x82]],
    ['latin-1', [0xfc]],
    ['a UTF-16 byte order mark', [0xff, 0xfe]],
  ])('is rejected where its bytes are %s, and the records beside it are kept', async (_, bytes) => {
    const body = Buffer.concat([
      Buffer.from('{"message":"before"}\n{"message":"'),
      Buffer.from(bytes),
      Buffer.from('"}\n{"message":"after"}\n'),
    ]);
    const reply = await post(target, body);
    expect([reply.status, countsOf(reply).rejected, countsOf(reply).errors[0]?.index]).toEqual([202, 1, 1]);
    expect((await exported(target)).map(({ message }) => message)).toEqual(['before', 'after']);
  });

  it('in UTF-16 is refused whole', async () => {
    const reply = await post(target, Buffer.from('\ufeff{"message":"a"}', 'utf16le'));
    expect([reply.status, JSON.parse(reply.text).code]).toEqual([400, 'all_rejected']);
  });
});

describe('text that is odd and JSON', () => {
  it.each([
    ['NUL', '\u0000', '\\u0000'],
    ['half a surrogate pair', '\ud800', '\\ud800'],
    ['the other half first', '\udc00\ud800', '\\udc00\\ud800'],
    ['line separators of JavaScript', '\u2028\u2029', '\u2028\u2029'],
    ['a byte order mark', '\ufeff', '\ufeff'],
    ['noncharacters', '\uffff\ufdd0', '\uffff\ufdd0'],
    ['letters that change length in lower case', 'İẞﬀ', 'İẞﬀ'],
  ])('keeps %s as message, service, name and value', async (_, text, written) => {
    const reply = await post(
      target,
      JSON.stringify({ message: text, service: text, userId: text, attrs: { [text]: text } }),
    );
    expect([reply.status, countsOf(reply).stored]).toEqual([202, 1]);
    expect(await exported(target)).toMatchObject([
      { message: text, service: text, userId: text, attrs: { [text]: text } },
    ]);
    expect((await exportLines(target))[0]).toContain(`"message":"${written}"`);
  });

  it.each([
    '12345678901234567890123456789012345678901234567890',
    '-9007199254740993',
    '0.1234567890123456789012345678901234567890',
    '1234567890123.4567',
    '1e400',
    '-1e-400',
    '1.7976931348623159e308',
  ])('keeps every digit of %s', async (digits) => {
    expect((await post(target, `{"message":"n","attrs":{"list":[1,${digits}],"deep":{"n":${digits}}}}`)).status).toBe(
      202,
    );
    expect((await exportLines(target))[0]).toContain(`"attrs":{"list":[1,${digits}],"deep":{"n":${digits}}}`);
  });

  it('keeps fields that are names of JavaScript', async () => {
    const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', 'then', ''];
    const fields = names.map((name) => `${JSON.stringify(name)}:{"polluted":true}`).join(',');
    expect((await post(target, `{"message":"a","attrs":{${fields}}}\n{"message":"b",${fields}}`)).status).toBe(202);
    for (const { attrs } of await exported(target)) expect(Object.keys(attrs).sort()).toEqual([...names].sort());
    expect((await post(target, '{"message":"clean"}')).status).toBe(202);
    expect((await exported(target)).at(-1)?.attrs).toEqual({});
  });
});

describe('depth', () => {
  const nested = (levels: number, open: string, close: string, core = '1') =>
    open.repeat(levels) + core + close.repeat(levels);

  it('of sixteen levels is kept, and one more is refused with the place', async () => {
    expect((await post(target, `{"attrs":${nested(16, '{"a":', '}')}}`)).status).toBe(202);
    expect((await post(target, `{"attrs":{"a":${nested(15, '[', ']')}}}`)).status).toBe(202);
    const reply = await post(target, `{"attrs":${nested(17, '{"a":', '}')}}`);
    expect([reply.status, JSON.parse(reply.text).errors]).toEqual([
      400,
      [{ index: 0, pointer: `/attrs${'/a'.repeat(16)}`, reason: 'is nested deeper than 16 levels' }],
    ]);
  });

  it.each([
    ['arrays', nested(1_000_000, '[', ']')],
    ['arrays that do not end', '['.repeat(1_000_000)],
    ['objects', nested(300_000, '{"a":', '}')],
    ['objects around a number of many digits', nested(300_000, '{"a":', '}', '12345678901234567890')],
    ['a record', `{"attrs":${nested(300_000, '{"a":', '}')}}`],
  ])('of hundreds of thousands of levels is refused: %s', async (_, body) => {
    const reply = await post(target, body);
    expect(reply.status).toBe(400);
    expect(['all_rejected', 'malformed_body']).toContain(JSON.parse(reply.text).code);
  });
});

describe('size', () => {
  it('a million empty lines are nothing', async () => {
    for (const line of ['\n', '\r\n', ' \t\r\n']) {
      const reply = await post(target, line.repeat(1_000_000));
      expect([reply.status, countsOf(reply).received]).toEqual([202, 0]);
    }
  });

  it('fifty thousand records are taken, and one more is refused with all of them', async () => {
    const reply = await post(target, '{}\n'.repeat(50_000));
    expect([reply.status, countsOf(reply).stored]).toEqual([202, 50_000]);
    for (const body of ['{}\n'.repeat(50_001), `[${'{},'.repeat(50_000)}{}]`, 'x\n'.repeat(50_001)]) {
      const refused = await post(target, body);
      expect([refused.status, JSON.parse(refused.text).code]).toEqual([413, 'too_many_records']);
    }
    expect((await readLedger(worker, target.project)).stored).toBe(50_000);
  });

  it.each(Object.keys(CODINGS) as Coding[])('16 MiB in %s are taken, and one byte more is not', async (coding) => {
    const record = '{"message":"a"}\n';
    const full = Buffer.alloc(LIMIT_BYTES, ' ');
    full.write(record);
    const taken = await post(target, CODINGS[coding](full), { 'content-encoding': coding });
    expect([taken.status, countsOf(taken).stored]).toEqual([202, 1]);
    const tooLarge = CODINGS[coding](Buffer.concat([full, Buffer.from(' ')]));
    // It is refused by its length, unread: whoever still writes may be cut off before the answer is read.
    const over = await until('the refusal is read', () =>
      post(target, tooLarge, { 'content-encoding': coding }).catch(nullWhereCut),
    );
    expect([over.status, JSON.parse(over.text).code]).toEqual([413, 'body_too_large']);
  });

  it('a record of 256 Ki characters is refused alone', async () => {
    const huge = JSON.stringify({ message: 'x'.repeat(300_000) });
    const reply = await post(target, `{"message":"before"}\n${huge}\n{"message":"after"}`);
    expect(countsOf(reply)).toMatchObject({
      stored: 2,
      errors: [{ index: 1, pointer: '', reason: 'is larger than 262144 characters' }],
    });
  });

  it('records at every limit at once are stored, sealed parts included', async () => {
    // Scripts of three bytes a character make the largest rows that a journal has to hold.
    const message = Array.from({ length: 255 * 1024 }, (_, i) =>
      String.fromCharCode(0x4e00 + ((i * 7919) % 20_000)),
    ).join('');
    const body = Array.from({ length: 20 }, () => JSON.stringify({ message })).join('\n');
    const reply = await post(target, gzipSync(body), { 'content-encoding': 'gzip' });
    expect([reply.status, countsOf(reply).stored]).toEqual([202, 20]);
    const stored = await exported(target);
    expect(stored.every((record: LogRecord) => record.message === message)).toBe(true);
    expect(stored).toHaveLength(20);
  });
});

describe.skipIf(process.platform !== 'linux')('memory', () => {
  /** A gigabyte of zeros. gzip and zstd bodies may be joined from members. */
  const member = Buffer.alloc(64 * MIB);
  const bombs: [string, string, () => Uint8Array][] = [
    ['gzip', 'gzip', () => Buffer.concat(Array<Buffer>(16).fill(gzipSync(member)))],
    ['zstd', 'zstd', () => Buffer.concat(Array<Buffer>(16).fill(zstdCompressSync(member)))],
    ['deflate', 'deflate', () => deflateSync(Buffer.alloc(512 * MIB))],
    [
      'br',
      'br',
      () => brotliCompressSync(Buffer.alloc(512 * MIB), { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
    ],
    ['gzip in gzip', 'gzip, gzip', () => gzipSync(gzipSync(Buffer.alloc(512 * MIB)))],
    ['gzip in br', 'gzip, br', () => brotliCompressSync(gzipSync(Buffer.alloc(512 * MIB)))],
  ];

  it.each(bombs)('is not spent on a bomb of %s', async (_, coding, make) => {
    const bomb = make();
    const before = resetPeak(worker);
    for (let i = 0; i < 5; i++) {
      const reply = await post(target, bomb, { 'content-encoding': coding });
      expect([reply.status, JSON.parse(reply.text).code]).toEqual([413, 'body_too_large']);
    }
    // The limit itself, a few times over: what is inflated until it is passed, and what has not been collected.
    expect(peakMib(worker) - before).toBeLessThan(128);
  });

  it.each([
    ['an array of empty objects', `[${'{},'.repeat(5_592_400)}{}]`],
    ['an array of empty arrays', `[${'[],'.repeat(5_592_400)}[]]`],
    ['a record with a list of empty objects', `{"attrs":{"a":[${'{},'.repeat(5_592_390)}{}]}}`],
    ['an indented record with a list of empty objects', `{\n"attrs":{"a":[${'{},'.repeat(5_592_390)}{}]}}`],
    ['a record with a million names', `{"attrs":{${Array.from({ length: 1_100_000 }, (_, i) => `"k${i}":1`)}}}`],
    ['brackets only', '['.repeat(LIMIT_BYTES / 2) + ']'.repeat(LIMIT_BYTES / 2)],
  ])('is not spent on JSON that grows when it is read: %s', async (_, body) => {
    const packed = gzipSync(body);
    const before = resetPeak(worker);
    const reply = await post(target, packed, { 'content-encoding': 'gzip' });
    expect([400, 413]).toContain(reply.status);
    // Read whole, each of them takes 400 MB and more.
    expect(peakMib(worker) - before).toBeLessThan(200);
  });
});

describe('a content coding that lies', () => {
  const body = Buffer.from('{"message":"a"}\n{"message":"b"}\n');

  it.each(Object.keys(CODINGS) as Coding[])('%s declared as every other one stores nothing', async (actual) => {
    for (const declared of Object.keys(CODINGS) as Coding[]) {
      if (declared === actual) continue;
      const reply = await post(target, CODINGS[actual](body), { 'content-encoding': declared });
      expect([declared, reply.status]).toEqual([declared, 400]);
    }
    expect((await readLedger(worker, target.project)).stored).toBe(0);
  });

  it.each(['gzip', 'deflate', 'br', 'zstd'] as const)('%s that is cut stores nothing', async (coding) => {
    const packed = CODINGS[coding](
      Buffer.from(Array.from({ length: 999 }, (_, i) => `{"message":"${i * 7919}"}`).join('\n')),
    );
    for (const share of [0.1, 0.5, 0.9, 0.99]) {
      const reply = await post(target, packed.subarray(0, Math.floor(packed.length * share)), {
        'content-encoding': coding,
      });
      expect([reply.status, JSON.parse(reply.text).code]).toEqual([400, 'encoding_broken']);
    }
    expect((await readLedger(worker, target.project)).stored).toBe(0);
  });

  it('over another is taken off in order', async () => {
    const reply = await post(target, brotliCompressSync(gzipSync(body)), { 'content-encoding': 'gzip, br' });
    expect([reply.status, countsOf(reply).stored]).toEqual([202, 2]);
    const wrongOrder = await post(target, brotliCompressSync(gzipSync(body)), { 'content-encoding': 'br, gzip' });
    expect(wrongOrder.status).toBe(400);
  });
});

describe('a connection that lies', () => {
  const head = (...headers: string[]) =>
    [
      `POST /api/ingest HTTP/1.1`,
      'Host: 127.0.0.1',
      `Authorization: Bearer ${target.project.key}`,
      ...headers,
      '',
      '',
    ].join('\r\n');
  const record = '{"message":"a"}';
  const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;

  it('is read to its chunks, however small', async () => {
    const pieces = [head('Transfer-Encoding: chunked'), ...[...record].map(chunk), '0\r\n\r\n'];
    expect((await sendRaw(worker.url, pieces)).statuses).toEqual([202]);
    expect(await exported(target)).toMatchObject([{ message: 'a' }]);
  });

  it('in chunks without end is refused at the limit', async () => {
    const piece = chunk(' '.repeat(MIB));
    const { statuses } = await sendRaw(
      worker.url,
      [head('Transfer-Encoding: chunked'), ...Array<string>(18).fill(piece)],
      { quietMs: 3_000 },
    );
    expect(statuses[0]).toBe(413);
  });

  it.each([
    ['a length that is longer than the body', ['Content-Length: 1000'], record],
    ['chunks that break off', ['Transfer-Encoding: chunked'], `${chunk('{"message":"x"}\n')}ff\r\n{"message"`],
    ['no last chunk', ['Transfer-Encoding: chunked'], chunk(record)],
    ['a chunk size that is no number', ['Transfer-Encoding: chunked'], `zz\r\n${record}\r\n0\r\n\r\n`],
    ['a negative chunk size', ['Transfer-Encoding: chunked'], `-1\r\n${record}\r\n0\r\n\r\n`],
    ['a length that is no number', ['Content-Length: many'], record],
    ['a negative length', ['Content-Length: -5'], record],
    ['two lengths', ['Content-Length: 15', 'Content-Length: 5'], record],
    ['a transfer coding that is not known', ['Transfer-Encoding: gzip'], record],
  ])('stores nothing: %s', async (_, headers, body) => {
    const { statuses } = await sendRaw(worker.url, [head(...headers), body], { end: true });
    for (const status of statuses) expect([status >= 400 && status < 500, status]).toEqual([true, status]);
    expect((await readLedger(worker, target.project)).stored).toBe(0);
  });

  it('says a shorter length than it sends: the rest is no record', async () => {
    const { statuses } = await sendRaw(worker.url, [
      head(`Content-Length: ${record.length}`),
      record,
      '\n{"message":"smuggled"}\n',
    ]);
    expect(statuses[0]).toBe(202);
    expect((await exported(target)).map(({ message }) => message)).toEqual(['a']);
  });

  it('says a length and chunks at once: nobody else may read it differently', async () => {
    const pieces = [head('Content-Length: 4', 'Transfer-Encoding: chunked'), chunk(record), '0\r\n\r\n'];
    const { statuses } = await sendRaw(worker.url, pieces);
    expect(statuses.length).toBeLessThanOrEqual(1);
    expect(statuses.every((status) => status === 400 || status === 202)).toBe(true);
  });

  it('leaves a server that answers', async () => {
    expect((await fetch(`${worker.url}/health`)).status).toBe(200);
    expect((await post(target, record)).status).toBe(202);
  });
});

describe('after all that', () => {
  it('the log has no fault', () => {
    expect(
      worker
        .output()
        .split('\n')
        .filter((line) => line.includes('"event":"fault"')),
    ).toEqual([]);
  });
});
