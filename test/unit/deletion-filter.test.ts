import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gunzip } from '../../src/blocks/index.ts';
import { normaliseIdentity } from '../../src/compliance/deletions/identity/identity.ts';
import { needOf } from '../../src/compliance/deletions/identity/need.ts';
import { Person } from '../../src/compliance/deletions/identity/person.ts';
import { BatchBuilder } from '../../src/ingest/batch.ts';
import { buildBlock } from '../../src/journal/index.ts';
import { filterAllows } from '../../src/query/index.ts';
import { batchIds } from '../../src/shared/ids.ts';
import { parseJson } from '../../src/shared/json.ts';
import type { Json } from '../../src/wire/record.ts';

const NOW_MS = Date.parse('2026-11-27T12:00:00Z');

/** A record as a client writes it, in a block as a journal seals it. */
function blockOf(record: string): { line: string; filter: Uint8Array } {
  const batch = new BatchBuilder({ stream: 'logs', service: 'test', nowMs: NOW_MS }, batchIds(NOW_MS), true);
  batch.add(parseJson(record) as Json);
  batch.finish();
  const parts = batch.parts.map((part) => ({ ...part, firstSeq: 1 }));
  const { block } = buildBlock('prj_test', 0, parts, NOW_MS);
  const [line = ''] = gunzip(block.gzip, block.index.rawBytes).toString('utf8').split('\n');
  return { line, filter: block.filter };
}

/** What stands in ids and in what people write around them: words, signs, letters of two forms, of two units, with case, digits. */
const piece = fc.oneof(
  fc.constantFrom(
    ...['jane', 'Jane', 'JANE', '4711', '0', 'x', 'É', 'é', 'e\u0301', 'Σ', 'ς', 'σ', 'İ', 'ı', '\u212a'],
  ),
  fc.constantFrom(
    ...['ß', '日本', '🙂', '\ud800', '@', '.', '-', '_', '+', ' ', '"', '\\', '/', '\n', '\u0007', '%', ':'],
  ),
  fc.stringMatching(/^[0-9]{1,24}$/),
);
const text = fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join(''));

/** Ways to write it. */
const ways: readonly ((value: string) => string)[] = [
  (value) => value,
  (value) => value.toUpperCase(),
  (value) => value.toLowerCase(),
  (value) => value.normalize('NFC'),
  (value) => value.normalize('NFD'),
];

/** Where it stands; each as JSON text, because a client may send digits that no double holds, and letters as escapes. */
const places: readonly ((own: string, around: readonly [string, string]) => string)[] = [
  (own) => `{"message":"m","userId":${JSON.stringify(own)}}`,
  (own) => `{"message":"m","sessionId":${JSON.stringify(own)}}`,
  (own) => `{"message":"m","attrs":{"a":[{"user_id":${JSON.stringify(own)}}]}}`,
  (own) => `{"message":"m","enduser.id":${JSON.stringify(own)}}`,
  (own, [before, behind]) => `{"message":${JSON.stringify(before + own + behind)}}`,
  (own, [before, behind]) => `{"message":"m","attrs":{"deep":[[${JSON.stringify(before + own + behind)}]]}}`,
  (own) => `{"message":"m","attrs":{"text":"${escaped(own)}","userId":"${escaped(own)}"}}`,
  (own) => (isNumber(own) ? `{"message":"m","attrs":{"userId":${own}}}` : '{"message":"m"}'),
  (own) => (isNumber(own) ? `{"message":"m","userId":${own},"n":${own}}` : '{"message":"m"}'),
];
const isNumber = (own: string): boolean => /^-?(0|[1-9]\d*)(\.\d+)?$/.test(own);
const escaped = (own: string): string =>
  Array.from({ length: own.length }, (_, i) => `\\u${own.charCodeAt(i).toString(16).padStart(4, '0')}`).join('');

describe('the index', () => {
  it('rules out no block with a record that names the person', () => {
    let named = 0;
    let ruledOut = 0;
    fc.assert(
      fc.property(
        ...[text, fc.constantFrom(...ways), fc.constantFrom(...places), fc.tuple(text, text), fc.boolean()],
        (own: string, way: (value: string) => string, place: (typeof places)[number], around, isOther: boolean) => {
          const identity = normaliseIdentity({ userIds: [own], sessionIds: [own], identifiers: [own] });
          const { line, filter } = blockOf(place(way(isOther ? `${own}0` : own), around as [string, string]));
          const need = needOf(identity);
          const allows = need === null || filterAllows(need, filter);
          if (!allows) ruledOut++;
          if (!new Person(identity).isNamedIn(parseJson(line))) return;
          named++;
          expect(allows, line).toBe(true);
          // Nor does the look at a line before it is parsed.
          expect(new Person(identity).isNamedInLine(line), line).toBe(true);
        },
      ),
      { numRuns: 4_000 },
    );
    // It is a test of both.
    expect(named).toBeGreaterThan(500);
    expect(ruledOut).toBeGreaterThan(200);
  });

  it.each([
    [
      'a user id of twenty digits, as a number',
      '12345678901234567891',
      '{"message":"m","attrs":{"userId":12345678901234567891}}',
    ],
    [
      'an identifier of twenty digits, as a number',
      '12345678901234567891',
      '{"message":"m","attrs":{"card":12345678901234567891}}',
    ],
    [
      'a user id with a point and more digits than a double holds',
      '1000000.0033502222',
      '{"message":"m","attrs":{"userId":1000000.0033502222}}',
    ],
    ['a user id whose exponent no double holds', '4e711', '{"message":"m","attrs":{"userId":4e711}}'],
    ['a name in capitals, whose last letter has another small form before a dot', 'νίκος', '{"message":"ΝΊΚΟΣ.gr"}'],
    ['a name in capitals at the end', 'νίκοσ', '{"message":"ο ΝΊΚΟΣ"}'],
  ])('and the person know %s', (_, own, record) => {
    const identity = normaliseIdentity({ userIds: [own], sessionIds: [], identifiers: [own] });
    const { line, filter } = blockOf(record);
    expect(new Person(identity).isNamedInLine(line)).toBe(true);
    const need = needOf(identity);
    expect(need === null || filterAllows(need, filter)).toBe(true);
  });
});
