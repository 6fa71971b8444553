import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { LogRecord } from '../../../wire/record.ts';
import type { ApiError } from '../../api/http.ts';
import type { Scope } from '../../api/query.ts';
import { type Progress, streamLogs } from '../../api/stream-logs.ts';
import type { Scanned } from '../../api/types.ts';

export interface Search {
  records: readonly LogRecord[];
  /** The records on screen belong to the search before this one. */
  stale: boolean;
  running: boolean;
  progress: Progress | null;
  scanned: Scanned | null;
  nextCursor: string | null;
  /** False when the server's budget ended before the range did. */
  complete: boolean;
  stopped: boolean;
  error: ApiError | null;
}

const PAGE_RECORDS = 200;

const NOTHING: Search = {
  records: [],
  stale: false,
  running: false,
  progress: null,
  scanned: null,
  nextCursor: null,
  complete: true,
  stopped: false,
  error: null,
};

export interface SearchControl extends Search {
  more: () => void;
  stop: () => void;
}

/** One search: its records arrive while it runs, and go on by cursor. */
export function useSearch(scope: Scope): SearchControl {
  const [state, setState] = useState<Search>({ ...NOTHING, running: true });
  const running = useRef<AbortController | null>(null);
  const scopeRef = useRef(scope);
  scopeRef.current = scope;
  const key = JSON.stringify(scope);

  const run = useCallback(async (cursor: string | null) => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    const current = () => running.current === controller;
    setState((s) => ({ ...s, running: true, stopped: false, error: null, progress: null, stale: cursor === null }));
    const end = await streamLogs(
      scopeRef.current,
      { limit: PAGE_RECORDS, cursor },
      {
        progress: (progress) => current() && setState((s) => ({ ...s, progress })),
        records: (records) =>
          current() &&
          setState((s) => ({ ...s, stale: false, records: s.stale ? records : [...s.records, ...records] })),
      },
      controller.signal,
    );
    if (!current()) return;
    running.current = null;
    setState((s) => finish(s, end));
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` is the scope by value, which run() reads when it starts.
  useEffect(() => {
    void run(null);
    return () => {
      running.current?.abort();
      running.current = null;
    };
  }, [key, run]);

  const more = useCallback(() => {
    if (running.current === null && state.nextCursor !== null && state.error === null) void run(state.nextCursor);
  }, [state.nextCursor, state.error, run]);

  return { ...state, more, stop: () => running.current?.abort() };
}

type End = Awaited<ReturnType<typeof streamLogs>>;

function finish(s: Search, end: End): Search {
  const ended = { ...s, running: false, progress: null };
  if (end.kind === 'failed') {
    if (end.error.kind === 'aborted')
      return { ...ended, stopped: true, stale: false, records: s.stale ? [] : s.records };
    // What is left on screen of the search before this one would pass for its answer.
    return { ...ended, error: end.error, stale: false, records: s.stale ? [] : s.records };
  }
  const scanned = s.stale || s.scanned === null ? end.scanned : add(s.scanned, end.scanned);
  // A search without a hit sends no records: what is on screen belongs to the one before.
  const records = s.stale ? [] : s.records;
  return { ...ended, stale: false, records, scanned, nextCursor: end.nextCursor, complete: end.complete };
}

function add(a: Scanned, b: Scanned): Scanned {
  return { blocks: a.blocks + b.blocks, bytes: a.bytes + b.bytes };
}
