import { describe, expect, it } from 'vitest';
import { arrive, EMPTY_TAIL, prepend, release } from '../../../src/dashboard/pages/live/tail.ts';
import { ids, record, records } from './records.ts';

describe('the live tail', () => {
  it('shows what arrives at its end and counts it', () => {
    const tail = arrive(arrive(EMPTY_TAIL, records(0, 2), 0, false), records(2, 3), 0, false);
    expect(ids(tail.rows)).toEqual(['r0', 'r1', 'r2']);
    expect(tail).toMatchObject({ held: [], received: 3, dropped: 0, overflowed: 0 });
  });

  it('holds back what arrives during a pause, and shows it in order afterwards', () => {
    const before = arrive(EMPTY_TAIL, records(0, 1), 0, false);
    const paused = arrive(arrive(before, records(1, 2), 0, true), records(2, 3), 0, true);
    expect(paused.rows).toBe(before.rows);
    expect(ids(paused.held)).toEqual(['r1', 'r2']);
    expect(ids(release(paused).rows)).toEqual(['r0', 'r1', 'r2']);
    expect(release(paused).held).toEqual([]);
  });

  it('shows held records before those that arrive after the pause', () => {
    const paused = arrive(EMPTY_TAIL, records(0, 2), 0, true);
    expect(ids(arrive(paused, records(2, 3), 0, false).rows)).toEqual(['r0', 'r1', 'r2']);
  });

  it('changes nothing when there is nothing to release', () => {
    expect(release(EMPTY_TAIL)).toBe(EMPTY_TAIL);
  });

  it('adds up what the server left out', () => {
    expect(arrive(arrive(EMPTY_TAIL, [], 3, false), [], 4, true).dropped).toBe(7);
  });

  it('keeps the newest 20,000 rows, and says how many of a pause it had to let go', () => {
    const full = arrive(EMPTY_TAIL, records(0, 20_000), 0, false);
    const over = arrive(full, records(20_000, 20_005), 0, false);
    expect(over.rows).toHaveLength(20_000);
    expect([over.rows[0]?.id, over.rows.at(-1)?.id]).toEqual(['r5', 'r20004']);

    const paused = arrive(arrive(EMPTY_TAIL, records(0, 20_000), 0, true), records(20_000, 20_007), 0, true);
    expect(paused.held).toHaveLength(20_000);
    expect(paused).toMatchObject({ overflowed: 7, received: 20_007 });
    expect(paused.held[0]?.id).toBe('r7');
  });

  it('puts what was there before in front, once, even where the link has brought it already', () => {
    const tail = arrive(arrive(EMPTY_TAIL, [record('b')], 0, false), [record('c')], 0, true);
    const whole = prepend(tail, [record('a'), record('b'), record('c')]);
    expect(ids(whole.rows)).toEqual(['a', 'b']);
    expect(ids(whole.held)).toEqual(['c']);
    expect(whole.received).toBe(2);
  });
});
