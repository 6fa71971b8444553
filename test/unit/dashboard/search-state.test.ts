import { describe, expect, it } from 'vitest';
import {
  begin,
  FIRST_SEARCH,
  finish,
  isWhole,
  receive,
  type Search,
} from '../../../src/dashboard/pages/logs/search-state.ts';
import { ids, records } from './records.ts';

const ABORTED = { kind: 'failed', error: { kind: 'aborted' } } as const;
const BROKEN = { kind: 'failed', error: { kind: 'network' } } as const;

function done(nextCursor: string | null, complete = true) {
  return { kind: 'done', nextCursor, complete, scanned: { blocks: 2, archived: 1, bytes: 100 } } as const;
}

/** A search that has shown its first page of two. */
function firstPage(): Search {
  return finish(receive(begin(FIRST_SEARCH, null), records(0, 2)), done('page 2'));
}

describe('a search on the logs page', () => {
  it('shows records as they come and adds up what was read for them', () => {
    const second = finish(receive(begin(firstPage(), 'page 2'), records(2, 4)), done(null));
    expect(ids(second.records)).toEqual(['r0', 'r1', 'r2', 'r3']);
    expect(second.scanned).toEqual({ blocks: 4, archived: 2, bytes: 200 });
    expect(isWhole(second)).toBe(true);
  });

  it('keeps the records of the search before it on screen only until its own come', () => {
    const next = begin(firstPage(), null);
    expect(next).toMatchObject({ stale: true, running: true, nextCursor: null, scanned: null });
    expect(ids(receive(next, records(7, 8)).records)).toEqual(['r7']);
    expect(finish(next, done(null)).records).toEqual([]);
  });

  it('never says that this is everything while it runs, after a stop, after a fault or a budget', () => {
    const started = receive(begin(FIRST_SEARCH, null), records(0, 1));
    expect(isWhole(started)).toBe(false);
    expect(isWhole(finish(started, ABORTED))).toBe(false);
    expect(isWhole(finish(started, BROKEN))).toBe(false);
    expect(isWhole(finish(started, done(null, false)))).toBe(false);
    expect(isWhole(firstPage())).toBe(false);
    expect(isWhole(finish(started, done(null)))).toBe(true);
  });

  it('offers no page of the search before it when it is stopped', () => {
    const stopped = finish(begin(firstPage(), null), ABORTED);
    expect(stopped).toMatchObject({ stopped: true, running: false, nextCursor: null, scanned: null, records: [] });
  });

  it('keeps what had come when it is stopped, and goes on from that page without showing a record twice', () => {
    const stopped = finish(receive(begin(firstPage(), 'page 2'), records(2, 3)), ABORTED);
    expect(ids(stopped.records)).toEqual(['r0', 'r1', 'r2']);
    expect(stopped.pageCursor).toBe('page 2');
    const resumed = finish(receive(begin(stopped, stopped.pageCursor), records(2, 5)), done(null));
    expect(ids(resumed.records)).toEqual(['r0', 'r1', 'r2', 'r3', 'r4']);
    expect(resumed.stopped).toBe(false);
  });

  it('keeps what had come when the line breaks, with the reason', () => {
    const broken = finish(receive(begin(FIRST_SEARCH, null), records(0, 2)), BROKEN);
    expect(ids(broken.records)).toEqual(['r0', 'r1']);
    expect(broken.error).toEqual({ kind: 'network' });
  });
});
