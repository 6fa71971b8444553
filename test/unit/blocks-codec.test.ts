import { crc32, gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32Combine, gunzip } from '../../src/blocks/gzip.ts';
import {
  addLineTokens,
  addTokens,
  buildFilter,
  deflatePiece,
  inflatePiece,
  joinedBytes,
  joinPieces,
  lineId,
  lineLevel,
  lineTs,
  mayContain,
  type Summary,
  SummaryBuilder,
  TokenSet,
  tokenHash,
  wordsOf,
} from '../../src/blocks/index.ts';
import { normalise } from '../../src/ingest/normalise.ts';
import { concatBytes, utf8 } from '../../src/shared/bytes.ts';
import { parseJson } from '../../src/shared/json.ts';
import { LEVELS } from '../../src/wire/record.ts';

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }).map(utf8),
  fc.tuple(fc.constantFrom(65, 10), fc.nat(20_000)).map(([unit, length]) => new Uint8Array(length).fill(unit)),
);

describe('the gzip file of a block', () => {
  it('holds the pieces one after the other, for every other gzip too', () => {
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 6 }), (parts) => {
        const pieces = parts.map(deflatePiece);
        const file = joinPieces(pieces);
        const raw = concatBytes(parts);
        expect(file.byteLength).toBe(joinedBytes(pieces));
        expect(Buffer.compare(gunzipSync(file), raw)).toBe(0);
        expect(Buffer.compare(gunzip(file, raw.length), raw)).toBe(0);
        for (const [i, piece] of pieces.entries())
          expect(Buffer.compare(inflatePiece(piece), parts[i] as Uint8Array)).toBe(0);
      }),
    );
  });

  it('is read by DecompressionStream, which takes one member only', async () => {
    const file = joinPieces([deflatePiece(utf8('{"a":1}\n')), deflatePiece(utf8('{"b":2}\n'))]);
    const stream = new Response(file).body?.pipeThrough(new DecompressionStream('gzip'));
    expect(await new Response(stream).text()).toBe('{"a":1}\n{"b":2}\n');
  });

  it('is the same for the same pieces: that is what makes a repeated seal recognisable', () => {
    const pieces = [deflatePiece(utf8('one\n')), deflatePiece(utf8('two\n'))];
    expect(Buffer.compare(joinPieces(pieces), joinPieces(pieces.map((piece) => ({ ...piece }))))).toBe(0);
  });

  it('is refused when it is cut, changed, or larger than its index row says', () => {
    const raw = utf8('{"message":"a line that is long enough to be packed"}\n'.repeat(50));
    const file = joinPieces([deflatePiece(raw)]);
    expect(() => gunzip(file.subarray(0, file.length - 1), raw.length)).toThrow();
    const changed = file.slice();
    changed[file.length - 6] = (changed[file.length - 6] as number) ^ 1;
    expect(() => gunzip(changed, raw.length)).toThrow();
    expect(() => gunzip(joinPieces([deflatePiece(new Uint8Array(5_000_000))]), 1_000_000)).toThrow();
  });

  it('combines checksums as if the bytes had been one', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(crc32Combine(crc32(a), crc32(b), b.length)).toBe(crc32(concatBytes([a, b])));
      }),
    );
  });
});

describe('the token filter', () => {
  it('knows every word of every record, whatever is in it', () => {
    const value = fc.jsonValue({ maxDepth: 3 });
    const record = fc.record({
      message: fc.string({ unit: 'grapheme' }),
      service: fc.string(),
      attrs: fc.dictionary(fc.string(), value),
    });
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 5 }), (records) => {
        const packed = new TokenSet(8);
        const lines: string[] = [];
        for (const one of records) {
          const result = normalise(parseJson(JSON.stringify(one)), { stream: 'logs', service: 'x', nowMs: 0 }, packed);
          if (!('tail' in result)) return;
          lines.push(`{"id":"00000000-0000-7000-8000-000000000000${result.tail}\n`);
        }
        const raw = new TokenSet();
        addLineTokens(raw, lines.join(''));
        // What ingest tokenised at once and what is tokenised at sealing or compaction is the same.
        expect([...packed].sort()).toEqual([...raw].sort());
        const filter = buildFilter(packed);
        for (const line of lines) {
          const { message, service, attrs } = JSON.parse(line);
          for (const text of [message, service, ...textsOf(attrs)]) {
            for (const word of wordsOf(text)) expect(mayContain(filter, tokenHash(word)), word).toBe(true);
          }
        }
      }),
    );
  });

  it('lets few words pass that are not there', () => {
    const tokens = new TokenSet();
    for (let i = 0; i < 20_000; i++) addTokens(tokens, `word${i}`);
    const filter = buildFilter(tokens);
    let passed = 0;
    for (let i = 0; i < 20_000; i++) if (mayContain(filter, tokenHash(`other${i}`))) passed++;
    expect(passed / 20_000).toBeLessThan(0.03);
  });

  it('answers "maybe" for a filter of a later version, so that its block is read and not lost', () => {
    expect(mayContain(new Uint8Array([9, 5, 0, 0]), 1)).toBe(true);
    expect(mayContain(new Uint8Array(0), 1)).toBe(true);
  });

  it('keeps token sets through their bytes, also unaligned ones', () => {
    const set = new TokenSet();
    for (let i = 0; i < 100; i++) addTokens(set, `t${i}`);
    const unaligned = concatBytes([new Uint8Array(1), set.toBytes()]).subarray(1);
    const copy = new TokenSet(8);
    copy.addBytes(unaligned);
    expect([...copy].sort()).toEqual([...set].sort());
  });
});

function textsOf(value: unknown): string[] {
  if (value === null) return [];
  if (typeof value !== 'object') return [String(value)];
  return Object.values(value).flatMap(textsOf);
}

describe('a stored line', () => {
  it('is read at its fixed places', () => {
    const time = fc.integer({ min: -8.64e15, max: 8.64e15 });
    fc.assert(
      fc.property(time, fc.constantFrom(...LEVELS), fc.string(), (ts, level, service) => {
        const result = normalise({ ts, level, service }, { stream: 'logs', service: '', nowMs: 8.64e15 }, null);
        if (!('tail' in result)) return;
        const line = `{"id":"01939f00-0000-7000-8000-000000000001${result.tail}`;
        const text = `{"id":"x"}\n${line}\n`;
        const start = text.indexOf(line);
        expect([lineId(text, start), lineTs(text, start), lineLevel(text, start)]).toEqual([
          '01939f00-0000-7000-8000-000000000001',
          ts,
          level,
        ]);
      }),
    );
  });
});

describe('a summary', () => {
  const entry = fc.tuple(
    fc.nat(400 * 60_000),
    fc.constantFrom(...LEVELS),
    fc.constantFrom('a', 'b', '__proto__', '(other)'),
  );
  const summaryOf = (entries: readonly (readonly [number, (typeof LEVELS)[number], string])[]): SummaryBuilder => {
    const builder = new SummaryBuilder();
    for (const [ts, level, service] of entries) builder.add(ts, level, service);
    return builder;
  };
  const sorted = (summary: Summary): unknown => ({
    ...summary,
    services: Object.entries(summary.services).sort(),
    minutes: summary.minutes && [...summary.minutes].sort((a, b) => (a[0] as number) - (b[0] as number)),
  });

  it('of parts that are merged is that of the whole', () => {
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1 }), fc.array(entry, { minLength: 1 }), (a, b) => {
        const merged = new SummaryBuilder();
        merged.merge(summaryOf(a).build());
        merged.merge(summaryOf(b).build());
        expect(sorted(merged.build())).toEqual(sorted(summaryOf([...a, ...b]).build()));
      }),
    );
  });

  it('folds services beyond a hundred and gives up minutes beyond six hours, with every count kept', () => {
    const builder = new SummaryBuilder();
    for (let i = 0; i < 500; i++) builder.add(i * 60_000, 'info', `service ${i}`);
    const { records, services, minutes, levels } = builder.build();
    expect(minutes).toBeNull();
    expect(services['(other)']).toBe(400);
    expect(Object.values(services).reduce((sum, count) => sum + count, 0)).toBe(records);
    expect(levels).toEqual({ info: 500 });
  });
});
