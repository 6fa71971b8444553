import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inflatePiece } from '../../src/blocks/index.ts';
import { BatchBuilder } from '../../src/ingest/batch.ts';
import { quarantineParts } from '../../src/ingest/quarantine.ts';
import type { Part } from '../../src/journal/index.ts';
import { Held } from '../../src/limits/known.ts';
import { hash53 } from '../../src/shared/hash.ts';
import { batchIds } from '../../src/shared/ids.ts';
import type { Json, LogRecord } from '../../src/wire/record.ts';

const NOW = 1_790_000_000_000;
let projects = 0;

function batchOf(records: Json[], pack: boolean): BatchBuilder {
  const batch = new BatchBuilder({ stream: 'logs', service: 'svc', nowMs: NOW }, batchIds(NOW), pack);
  for (const record of records) batch.add(record);
  batch.finish();
  return batch;
}

function recordsOf(parts: readonly Part[]): LogRecord[] {
  return parts
    .map((part) =>
      part.codec === 'raw'
        ? Buffer.from(part.data).toString()
        : inflatePiece({ deflated: part.data, rawBytes: part.rawBytes }).toString(),
    )
    .join('')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LogRecord);
}

/** As a limiter would answer that refuses these attribute names and services. */
function refusing(batch: BatchBuilder, isRefused: (name: string) => boolean): Held {
  const held = new Held(`project-${projects++}`, batch.seen, NOW);
  const names = new Map(
    [...batch.seen.sets()].flatMap(([, members]) => [...members].map((name) => [hash53(name), name])),
  );
  held.settle(
    held.unknown.map(({ set, members }) => ({
      set,
      refused: set === 'l' ? [] : members.filter((hash) => isRefused(names.get(hash) ?? '')),
      all: null,
    })),
    NOW,
  );
  return held;
}

describe('quarantine', () => {
  it('loses nothing, changes nothing else, and keeps order, ids and counts, for any records and any names refused', () => {
    const name = fc.oneof(
      fc.constantFrom('a', 'b', 'labels', 'quarantined', '__proto__', 'x y'),
      fc.string({ maxLength: 6 }),
    );
    const record = fc.record({
      message: fc.string(),
      service: fc.constantFrom('svc', 'other', '(other)', ''),
      attrs: fc.dictionary(name, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 5 }),
    });
    fc.assert(
      fc.property(
        fc.array(record, { minLength: 1, maxLength: 12 }),
        fc.func(fc.boolean()),
        fc.boolean(),
        (sent, refuse, pack) => {
          const batch = batchOf(sent as Json[], pack);
          const before = recordsOf(batch.parts);
          const held = refusing(batch, refuse);
          const { parts, records } = quarantineParts(batch.parts, held.refusals);
          const after = recordsOf(parts);
          expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
          let changed = 0;
          for (const [i, was] of before.entries()) {
            const is = after[i] as LogRecord;
            expect([is.message, is.ts, is.level, is.stream]).toEqual([was.message, was.ts, was.level, was.stream]);
            const refusedNames = Object.keys(was.attrs).filter((attribute) => held.refusals.has('n', attribute));
            const own = Object.keys(is.attrs).find(
              (attribute) => !Object.hasOwn(was.attrs, attribute) || refusedNames.includes(attribute),
            );
            if (JSON.stringify(is) === JSON.stringify(was)) {
              expect(refusedNames).toEqual([]);
              continue;
            }
            changed++;
            const kept = JSON.parse(String(is.attrs[own ?? ''])) as Record<string, Json>;
            for (const attribute of refusedNames)
              expect(Object.getOwnPropertyDescriptor(kept, attribute)?.value).toEqual(
                Object.getOwnPropertyDescriptor(was.attrs, attribute)?.value,
              );
            if (is.service !== was.service) expect([is.service, kept.service]).toEqual(['(other)', was.service]);
          }
          expect(records).toBe(changed);
          const total = parts.reduce((sum, { summary }) => sum + summary.records, 0);
          expect(total).toBe(before.length);
          for (const part of parts)
            expect(part.rawBytes).toBe(part.codec === 'raw' ? part.data.byteLength : part.rawBytes);
        },
      ),
    );
  });

  it('stays within what a row holds, for the names and values that grow most', () => {
    // Each of these characters takes two more when it is escaped once more.
    const hostile = '"\\'.repeat(30_000);
    const batch = batchOf(
      Array.from({ length: 12 }, (_, i) => ({ message: 'm', attrs: { [`name-${i}`]: hostile } })),
      true,
    );
    const { parts, records } = quarantineParts(
      batch.parts,
      refusing(batch, (name) => name.startsWith('name-')).refusals,
    );
    expect(records).toBe(12);
    for (const { rawBytes } of parts) expect(rawBytes).toBeLessThan(2_000_000);
    expect(
      recordsOf(parts).map(
        ({ attrs }) =>
          JSON.parse(String(attrs.quarantined))[Object.keys(JSON.parse(String(attrs.quarantined)))[0] ?? ''],
      ),
    ).toEqual(Array(12).fill(hostile));
  });

  it('leaves parts alone in which nothing is refused', () => {
    const batch = batchOf([{ attrs: { a: 1 } }, { stream: 'errors', attrs: { b: 1 } }], false);
    const { parts } = quarantineParts(batch.parts, refusing(batch, (name) => name === 'b').refusals);
    expect(parts[0]).toBe(batch.parts[0]);
    expect(parts[1]).not.toBe(batch.parts[1]);
  });
});
