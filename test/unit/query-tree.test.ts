import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderSpans, type SpanLike } from '../../src/query/traces/tree.ts';

const span = (spanId: string | null, parentSpanId: string | null, ts: number): SpanLike => ({
  spanId,
  parentSpanId,
  ts,
});
const shown = (spans: SpanLike[]) =>
  orderSpans(spans).map(({ span: { spanId }, depth }) => `${'.'.repeat(depth)}${spanId}`);

describe('orderSpans', () => {
  it.each<[string, SpanLike[], string[]]>([
    ['nothing', [], []],
    [
      'children behind their parent, by their start',
      [span('c', 'a', 3), span('b', 'a', 2), span('a', null, 1)],
      ['a', '.b', '.c'],
    ],
    [
      'a whole branch before the next one',
      [span('a', null, 1), span('b', 'a', 2), span('d', 'a', 4), span('c', 'b', 5)],
      ['a', '.b', '..c', '.d'],
    ],
    ['roots by their start', [span('b', null, 2), span('a', null, 1)], ['a', 'b']],
    ['an orphan as a root', [span('a', null, 1), span('b', 'gone', 2)], ['a', 'b']],
    ['a span that is its own parent as a root', [span('a', 'a', 1), span('b', 'a', 2)], ['a', '.b']],
    [
      'a circle once, from its first span on',
      [span('b', 'a', 2), span('a', 'b', 1), span('c', 'b', 3)],
      ['a', '.b', '..c'],
    ],
    [
      'both of one id, the children with the first',
      [span('a', null, 1), span('a', null, 2), span('b', 'a', 3)],
      ['a', '.b', 'a'],
    ],
    ['a child whose clock is behind its parent’s', [span('a', null, 10), span('b', 'a', 4)], ['a', '.b']],
    ['spans without an id', [span(null, null, 2), span(null, 'a', 3), span('a', null, 1)], ['a', '.null', 'null']],
  ])('gives %s', (_, spans, order) => {
    expect(shown(spans)).toEqual(order);
  });

  it('has every span once and each behind its parent, whatever the ids say', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd', null);
    const spans = fc.array(fc.record({ spanId: id, parentSpanId: id, ts: fc.integer({ min: 0, max: 9 }) }), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(spans, (all) => {
        const placed = orderSpans(all);
        expect(new Set(placed.map(({ span: one }) => one)).size).toBe(all.length);
        expect(placed).toHaveLength(all.length);
        for (const [i, { depth }] of placed.entries()) {
          expect(depth).toBeLessThanOrEqual((placed[i - 1]?.depth ?? -1) + 1);
        }
      }),
    );
  });

  it('takes ten thousand spans in one chain, or in one circle', () => {
    const chain = Array.from({ length: 10_000 }, (_, i) => span(`s${i}`, i === 0 ? null : `s${i - 1}`, i));
    expect(orderSpans(chain.reverse()).at(-1)).toMatchObject({ span: { spanId: 's9999' }, depth: 9_999 });
    const circle = Array.from({ length: 10_000 }, (_, i) => span(`s${i}`, `s${(i + 9_999) % 10_000}`, i));
    expect(orderSpans(circle)).toHaveLength(10_000);
  });
});
