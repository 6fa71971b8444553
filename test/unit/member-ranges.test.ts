import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinMembers, type Member } from '../../src/blocks/member-ranges.ts';

const KiB = 1024;
const MiB = 1024 * KiB;

describe('reads of an archive', () => {
  it('take neighbours at once, also over a small gap, and what lies far apart on its own', () => {
    const member = (of: string, key: string, offset: number, bytes: number): Member<string> => ({
      of,
      key,
      offset,
      bytes,
    });
    const ranges = joinMembers([
      member('c', 'x', 300 * KiB, 10),
      member('b', 'x', 100, 50),
      member('a', 'x', 0, 100),
      member('d', 'x', 300 * KiB + 10 + 64 * KiB, 10),
      member('e', 'y', 150, 10),
    ]);
    expect(ranges.map(({ key, offset, bytes, members }) => [key, offset, bytes, members.map(({ of }) => of)])).toEqual([
      ['x', 0, 150, ['a', 'b']],
      ['x', 300 * KiB, 20 + 64 * KiB, ['c', 'd']],
      ['y', 150, 10, ['e']],
    ]);
  });

  it('hold each member once and whole, and no more than their bounds', () => {
    const sizes = fc.array(fc.record({ gap: fc.nat(200 * KiB), bytes: fc.integer({ min: 1, max: 3 * MiB }) }), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(sizes, sizes, fc.infiniteStream(fc.nat()), (x, y, chance) => {
        const members = [x, y].flatMap((file, index) => {
          let end = 0;
          return file.map(({ gap, bytes }, i) => {
            const offset = end + gap;
            end = offset + bytes;
            return { of: `${index} ${i}`, key: `key${index}`, offset, bytes };
          });
        });
        const order = new Map(members.map((member) => [member, chance.next().value ?? 0]));
        const shuffled = members.toSorted((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
        const ranges = joinMembers(shuffled);
        expect(ranges.flatMap((range) => range.members.map(({ of }) => of)).sort()).toEqual(
          members.map(({ of }) => of).sort(),
        );
        for (const range of ranges) {
          const end = range.offset + range.bytes;
          for (const { key, offset, bytes } of range.members) {
            expect(key).toBe(range.key);
            expect(offset >= range.offset && offset + bytes <= end).toBe(true);
          }
          expect(range.bytes <= 8 * MiB || range.members.length === 1).toBe(true);
          const used = range.members.reduce((sum, { bytes }) => sum + bytes, 0);
          expect(range.bytes - used).toBeLessThanOrEqual((range.members.length - 1) * 64 * KiB);
        }
      }),
    );
  });
});
