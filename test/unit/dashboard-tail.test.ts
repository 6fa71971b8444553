import { describe, expect, it } from 'vitest';
import { arrive, EMPTY_TAIL, prepend, release, type Tail } from '../../src/dashboard/pages/live/tail.ts';
import type { LogRecord } from '../../src/wire/record.ts';

const records = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => ({ id: `r${from + i}` }) as unknown as LogRecord);
const ids = (of: readonly LogRecord[]) => of.map(({ id }) => id);

describe('the list of the live page', () => {
  it('adds up what the server says it dropped, while records are shown and while they are held', () => {
    let tail = arrive(EMPTY_TAIL, records(2), 5, false);
    tail = arrive(tail, [], 7, true);
    tail = arrive(tail, records(1, 2), 0, true);
    expect([tail.dropped, tail.received, tail.overflowed]).toEqual([12, 3, 0]);
    expect([ids(tail.rows), ids(tail.held)]).toEqual([['r0', 'r1'], ['r2']]);
    expect(release(tail)).toMatchObject({ dropped: 12, held: [] });
    expect(ids(release(tail).rows)).toEqual(['r0', 'r1', 'r2']);
  });

  it('keeps the newest of a long pause and counts the rest', () => {
    let tail: Tail = EMPTY_TAIL;
    for (let i = 0; i < 21; i++) tail = arrive(tail, records(1_000, i * 1_000), 0, true);
    expect([tail.held.length, tail.overflowed, tail.held[0]?.id]).toEqual([20_000, 1_000, 'r1000']);
  });

  it('puts what was there before in front, without what the link has brought already', () => {
    const tail = arrive(EMPTY_TAIL, records(2, 3), 0, false);
    expect(ids(prepend(tail, records(4, 1)).rows)).toEqual(['r1', 'r2', 'r3', 'r4']);
  });
});
