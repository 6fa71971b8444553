import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Scope } from '../../api/query.ts';
import { streamLogs } from '../../api/stream-logs.ts';
import { begin, FIRST_SEARCH, finish, receive, type Search } from './search-state.ts';

const PAGE_RECORDS = 200;

export interface SearchControl extends Search {
  more: () => void;
  stop: () => void;
  /** Goes on with the page that was stopped or broke off. */
  resume: () => void;
}

/** One search: its records arrive while it runs, and go on by cursor. */
export function useSearch(scope: Scope): SearchControl {
  const [state, setState] = useState<Search>(FIRST_SEARCH);
  const running = useRef<AbortController | null>(null);
  const scopeRef = useRef(scope);
  scopeRef.current = scope;
  const key = JSON.stringify(scope);

  const run = useCallback(async (cursor: string | null) => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    const current = () => running.current === controller;
    setState((s) => begin(s, cursor));
    const end = await streamLogs(
      scopeRef.current,
      { limit: PAGE_RECORDS, cursor },
      {
        progress: (progress) => current() && setState((s) => ({ ...s, progress })),
        records: (records) => current() && setState((s) => receive(s, records)),
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
    if (running.current === null && state.nextCursor !== null) void run(state.nextCursor);
  }, [state.nextCursor, run]);
  const resume = useCallback(() => {
    if (running.current === null) void run(state.pageCursor);
  }, [state.pageCursor, run]);

  return { ...state, more, resume, stop: () => running.current?.abort() };
}
