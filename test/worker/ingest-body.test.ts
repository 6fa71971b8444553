import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BatchBuilder } from '../../src/ingest/batch.ts';
import { elementsOf } from '../../src/ingest/elements.ts';
import { readBody } from '../../src/ingest/inflate.ts';
import { parseBody } from '../../src/ingest/parse.ts';
import { concatBytes, utf8 } from '../../src/shared/bytes.ts';
import { batchIds } from '../../src/shared/ids.ts';
import { MAX_BODY_INFLATED_BYTES } from '../../src/wire/limits.ts';
import type { LogRecord } from '../../src/wire/record.ts';

const NOW_MS = Date.UTC(2026, 10, 21);
const MIB = 1024 * 1024;

/** What a body becomes: its stored lines, and the batch with its counts. */
function ingest(body: string): { batch: BatchBuilder; outcome: ReturnType<typeof parseBody>; lines: string[] } {
  const batch = new BatchBuilder({ stream: 'logs', service: 'svc', nowMs: NOW_MS }, batchIds(NOW_MS), false);
  const outcome = parseBody(utf8(body), batch);
  batch.finish();
  const lines = batch.parts.flatMap((part) => Buffer.from(part.data).toString().split('\n').filter(Boolean));
  return { batch, outcome, lines };
}

function stored(body: string): LogRecord {
  const [line] = ingest(body).lines;
  if (line === undefined) throw new Error(`not stored: ${body}`);
  return JSON.parse(line) as LogRecord;
}

describe('the elements of an array', () => {
  /** Accepted by cutting: each element is JSON, and the array closes where the text ends. */
  function cut(text: string): unknown[] | null {
    const values: unknown[] = [];
    for (const element of elementsOf(text)) {
      if (element === null) return null;
      try {
        values.push(JSON.parse(element));
      } catch {
        return null;
      }
    }
    return values;
  }

  function whole(text: string): unknown[] | null {
    try {
      const value: unknown = JSON.parse(text);
      return Array.isArray(value) ? value : null;
    } catch {
      return null;
    }
  }

  it('are those that JSON.parse finds, however it is written', () => {
    const array = fc.array(fc.jsonValue({ maxDepth: 4 }), { maxLength: 8 });
    const indent = fc.constantFrom('', '\t', '\r\n ');
    fc.assert(
      fc.property(array, indent, (values, space) => {
        const text = `${space.trim()}${JSON.stringify(values, null, space)}${space}`;
        expect(cut(text)).toEqual(JSON.parse(text));
      }),
      { numRuns: 300 },
    );
  });

  it('are refused exactly where JSON.parse refuses', () => {
    const piece = fc.constantFrom(
      '[',
      ']',
      '{',
      '}',
      ',',
      ':',
      '"',
      '\\',
      '1',
      'null',
      ' ',
      '\n',
      '"a"',
      '"\\""',
      '{"a":[1]}',
      '[]',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = `[${pieces.join('')}]`;
        expect([text, cut(text)]).toEqual([text, whole(text)]);
      }),
      { numRuns: 3_000 },
    );
  });

  it.each(['', ' ', '[', '[1', '[1}', '[1]]', '[1] x', '{"a":1}', '["a]', '["a\\"]', '[1,', '[,]', '[1,]'])(
    'do not end in %j',
    (text) => {
      expect(cut(text)).toBeNull();
    },
  );
});

describe('an array of more than a megabyte', () => {
  const record = (i: number) => JSON.stringify({ ts: i, message: `m${i}`, attrs: { pad: ',]}"'.repeat(20), big: i } });
  const records = Array.from({ length: 8_000 }, (_, i) => record(i));

  it('becomes the records that the same lines become', () => {
    const array = `[${records.join(',\n')}]`;
    expect(array.length).toBeGreaterThan(MIB);
    const withoutId = (line: string) => line.slice(line.indexOf(',"ts"'));
    expect(ingest(array).lines.map(withoutId)).toEqual(ingest(records.join('\n')).lines.map(withoutId));
  });

  it('is refused whole where one element is no JSON, and says which', () => {
    const { outcome } = ingest(`[${[...records, '{"a":}'].join(',')}]`);
    expect(outcome).toEqual({
      ok: false,
      error: { kind: 'malformed', reason: expect.stringMatching(/^element 8000: not valid JSON/) },
    });
  });

  it('is refused whole where it does not end', () => {
    expect(ingest(`[${records.join(',')}`).outcome).toMatchObject({ ok: false, error: { kind: 'malformed' } });
  });

  it('stops at the limit of records, however small they are', () => {
    expect(ingest(`[${'{},'.repeat(MIB)}{}]`).outcome).toEqual({
      ok: false,
      error: { kind: 'too_many_records', limit: 50_000 },
    });
  });
});

describe('a record of megabytes', () => {
  const huge = `{"attrs":{"a":[${'[],'.repeat(MIB)}[]]}}`;

  it.each([
    ['a line', `{"message":"a"}\n${huge}\n{"message":"b"}`],
    ['an element', `[{"message":"a"},${huge},{"message":"b"}]`],
  ])('is refused unparsed as %s, and its neighbours are kept', (_, body) => {
    const { batch, lines } = ingest(body);
    expect(lines).toHaveLength(2);
    expect(batch.rejections).toEqual([{ index: 1, pointer: '', reason: 'is larger than 1572864 characters' }]);
  });
});

describe('a number', () => {
  /** Its value as a whole number times a power of ten. */
  function exact(text: string): string {
    const [, sign, whole, fraction = '', exponent = '0'] =
      /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
    let digits = BigInt(`${whole}${fraction}`);
    let power = Number(exponent) - fraction.length;
    if (digits === 0n) return '0';
    for (; digits % 10n === 0n; digits /= 10n) power++;
    return `${sign}${digits}e${power}`;
  }

  it('keeps its value to the last digit, however it is written', () => {
    const digits = (maxLength: number) => fc.stringMatching(new RegExp(`^\\d{1,${maxLength}}$`));
    const number = fc
      .tuple(
        fc.constantFrom('', '-'),
        digits(22),
        fc.option(digits(22)),
        fc.option(fc.integer({ min: -450, max: 450 })),
      )
      .map(([sign, whole, fraction, exponent]) => {
        const significant = whole.replace(/^0+(?=\d)/, '');
        return `${sign}${significant}${fraction === null ? '' : `.${fraction}`}${exponent === null ? '' : `e${exponent}`}`;
      });
    fc.assert(
      fc.property(fc.array(number, { minLength: 1, maxLength: 6 }), (numbers) => {
        const [line = ''] = ingest(`{"attrs":{"n":[${numbers}]}}`).lines;
        const written = /"n":\[([^\]]*)\]/.exec(line)?.[1]?.split(',') ?? [];
        expect(written.map(exact)).toEqual(numbers.map(exact));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    '123456789012345678901234567890',
    '1234567890123.4567',
    '1e400',
    '0.00000000000000000001234567890123456789',
  ])('of more digits than a double has may be a message or an identifier: %s', (digits) => {
    expect(stored(`{"message":${digits},"userId":${digits}}`)).toMatchObject({ message: digits, userId: digits });
  });

  it.each([
    ['1700000000123.000000000000', 1_700_000_000_123],
    ['1700000000123.9990000000000', 1_700_000_000_123],
    ['1.7e12', 1_700_000_000_000],
    ['1700000000000.0', 1_700_000_000_000],
  ])('is a time as %s, also beside one that no double can hold', (ts, expected) => {
    expect(stored(`{"ts":${ts},"account":12345678901234567890}`).ts).toBe(expected);
  });

  it('of thousands of digits costs no more than its length', () => {
    const startedMs = performance.now();
    expect(ingest(`{"attrs":{"n":1${'0'.repeat(200_000)}1}}`).lines[0]).toContain('0001}}');
    expect(ingest(`{"message":"${'1.'.repeat(100_000)}"}`).lines).toHaveLength(1);
    expect(performance.now() - startedMs).toBeLessThan(5_000); // a quadratic look takes minutes
  });
});

describe('a time', () => {
  it.each([
    '2023-02-29',
    '2023-02-30T10:00:00Z',
    '2023-04-31',
    '2100-02-29',
    '2023-11-14T25:00:00Z',
    '2023-00-10',
    '2023-01-00',
  ])('that no calendar has is refused: %s', (ts) => {
    expect(ingest(JSON.stringify({ ts })).batch.rejections).toMatchObject([{ pointer: '/ts' }]);
  });

  it.each(['2024-02-29', '2000-02-29T00:00:00Z', '2023-12-31T23:59:59.999999999Z'])(
    'that a calendar has is taken: %s',
    (ts) => {
      expect(ingest(JSON.stringify({ ts })).batch.rejected).toBe(0);
    },
  );

  it('that comes second is kept as an attribute', () => {
    expect(stored('{"ts":5,"timestamp":"2023-11-14T00:00:00Z"}')).toMatchObject({
      ts: 5,
      attrs: { timestamp: '2023-11-14T00:00:00Z' },
    });
  });
});

describe('names', () => {
  it('as long as a record are cut in the pointers of an answer', () => {
    let deep = '1';
    for (let i = 0; i < 20; i++) deep = `{"${'k'.repeat(5_000)}":${deep}}`;
    const [rejection] = ingest(`{"attrs":${deep}}`).batch.rejections;
    expect(rejection?.reason).toContain('nested deeper');
    expect(rejection?.pointer).toMatch(/^\/attrs\/k{505}…$/);
  });

  it('that clash by the thousand are refused before free ones are looked for', () => {
    const fields = Array.from({ length: 1_000 }, (_, i) => `"a${'_'.repeat(i)}":1`).join(',');
    const startedMs = performance.now();
    expect(ingest(`{"attrs":{${fields}},${fields}}`).batch.rejections).toEqual([
      { index: 0, pointer: '/attrs', reason: 'has more than 512 properties' },
    ]);
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });
});

describe('a content coding', () => {
  const text = Array.from({ length: 400 }, (_, i) => `{"message":"line ${i} ${(i * 7919).toString(36)}"}`).join('\n');
  const CODINGS = {
    gzip: gzipSync,
    'x-gzip': gzipSync,
    deflate: deflateSync,
    br: brotliCompressSync,
    zstd: zstdCompressSync,
  } as const;
  const table = Object.entries(CODINGS);

  async function read(body: Uint8Array, coding: string | null): Promise<string> {
    const headers: Record<string, string> = coding === null ? {} : { 'content-encoding': coding };
    const result = await readBody(new Request('http://localhost/', { method: 'POST', headers, body }));
    if (!result.ok) return 'cause' in result.error ? `${result.error.kind}: ${result.error.cause}` : result.error.kind;
    return Buffer.from(result.value).toString();
  }

  it.each(table)('%s is taken off', async (coding, pack) => {
    expect(await read(pack(text), coding)).toBe(text);
    expect(await read(pack(text), coding.toUpperCase())).toBe(text);
  });

  it('deflate may be raw, as some clients send it', async () => {
    expect(await read(deflateRawSync(text), 'deflate')).toBe(text);
  });

  it('identity is none', async () => {
    for (const coding of [null, '', 'identity', 'identity, identity, identity'])
      expect(await read(utf8(text), coding)).toBe(text);
  });

  it('may lie over another', async () => {
    expect(await read(brotliCompressSync(gzipSync(text)), 'gzip, br')).toBe(text);
    expect(await read(gzipSync(zstdCompressSync(text)), 'zstd,identity , GZIP')).toBe(text);
  });

  it('is refused when it is unknown, or the third', async () => {
    expect(await read(utf8(text), 'compress')).toBe('unknown_encoding');
    expect(await read(gzipSync(gzipSync(gzipSync(text))), 'gzip, gzip, gzip')).toBe('unknown_encoding');
  });

  it.each(table)('%s that is cut anywhere is refused, never read in part', async (coding, pack) => {
    const packed = pack(text);
    for (let length = 1; length < packed.length; length += 17) {
      expect([length, await read(packed.subarray(0, length), coding)]).toEqual([
        length,
        expect.stringMatching(/^bad_encoding: /),
      ]);
    }
    expect(await read(packed.subarray(0, packed.length - 1), coding)).toMatch(/^bad_encoding: /);
  });

  it.each(table)('%s of something else is refused', async (coding) => {
    expect(await read(utf8(text), coding)).toMatch(/^bad_encoding: /);
    const another = coding === 'br' ? gzipSync(text) : brotliCompressSync(text);
    expect(await read(another, coding)).toMatch(/^bad_encoding: /);
  });

  it.each(['gzip', 'zstd'] as const)('%s may come in several members, and all of them count', async (coding) => {
    const pack = CODINGS[coding];
    const members = Array.from({ length: 5 }, (_, i) => pack(`{"message":"member ${i}"}\n`));
    expect((await read(concatBytes(members), coding)).trim().split('\n')).toHaveLength(5);
    expect(await read(concatBytes([...members, utf8('tail')]), coding)).toMatch(/^bad_encoding: /);
  });

  it.each(['deflate', 'br'] as const)(
    '%s has one stream: bytes behind its end are refused, not lost',
    async (coding) => {
      const packed = CODINGS[coding](text);
      expect(await read(concatBytes([packed, packed]), coding)).toBe(
        `bad_encoding: ${packed.length} bytes follow its end`,
      );
    },
  );

  it('gzip that goes on behind zeros is refused: what stands there would be lost', async () => {
    const member = gzipSync('{"message":"a"}\n');
    expect(await read(concatBytes([member, new Uint8Array(8), member]), 'gzip')).toBe(
      `bad_encoding: ${8 + member.length} bytes follow its end`,
    );
  });

  /** One frame of one raw block that asks for a window of 2^windowLog bytes (RFC 8878, 3.1.1). */
  function zstdFrame(windowLog: number, content: Uint8Array): Uint8Array {
    const block = (content.length << 3) | 1;
    const head = [0x28, 0xb5, 0x2f, 0xfd, 0, (windowLog - 10) << 3, block & 255, (block >> 8) & 255, block >> 16];
    return concatBytes([new Uint8Array(head), content]);
  }

  it('zstd may ask for a window of 16 MiB and no more, however little it holds', async () => {
    expect(await read(zstdFrame(24, utf8('{"message":"a"}')), 'zstd')).toBe('{"message":"a"}');
    expect(await read(zstdFrame(25, utf8('{"message":"a"}')), 'zstd')).toMatch(/^bad_encoding: .*too much memory/);
  });

  it('zstd in frames without number is refused', async () => {
    const skippable = new Uint8Array([0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]);
    expect(await read(concatBytes(Array.from({ length: 10_000 }, () => skippable)), 'zstd')).toMatch(/^bad_encoding: /);
  });

  it.each(table)('%s may hold as much as the limit and not a byte more', async (coding, pack) => {
    const full = Buffer.alloc(MAX_BODY_INFLATED_BYTES, 10);
    expect((await read(pack(full), coding)).length).toBe(full.length);
    expect(await read(pack(Buffer.concat([full, utf8('\n')])), coding)).toBe('too_large');
  });

  it('zstd may not pass the limit frame by frame', async () => {
    const half = zstdCompressSync(Buffer.alloc(MAX_BODY_INFLATED_BYTES / 2, 10));
    expect((await read(concatBytes([half, half]), 'zstd')).length).toBe(MAX_BODY_INFLATED_BYTES);
    expect(await read(concatBytes([half, half, zstdCompressSync('\n')]), 'zstd')).toBe('too_large');
  });
});
