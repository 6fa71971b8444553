import { useEffect, useRef, useState } from 'preact/hooks';
import type { Firing } from '../../../../wire/alerts.ts';
import type { ApiError } from '../../../api/http.ts';
import type { Span } from '../../../lib/range.ts';
import { now } from '../../../state/clock.ts';
import { useHealthUpdates } from '../../../state/use-health-updates.ts';
import { changed, type FiringList, refreshed, released } from './firing-list.ts';
import { loadFirings } from './load-firings.ts';

export interface Firings {
  list: FiringList | null;
  /** There are more than are loaded. */
  hasMore: boolean;
  error: ApiError | null;
  loading: boolean;
  /** Since when nothing newer could be had; null while it can. */
  lostSinceMs: number | null;
  /** While the reader looks at a row, nothing may move. */
  setReading: (reading: boolean) => void;
  showHeld: () => void;
  more: () => void;
  reload: () => void;
  change: (id: string, by: (firing: Firing) => Firing) => void;
}

const STEP = 100;

interface State {
  of: string;
  list: FiringList | null;
  hasMore: boolean;
  error: ApiError | null;
  loading: boolean;
}

/** What fires and what did within the time, kept up to date. */
export function useFirings(project: string, rule: string | null, span: Span): Firings {
  const lasting = `${project} ${rule}`;
  const [state, setState] = useState<State>(() => waiting(lasting));
  const [wanted, setWanted] = useState(STEP);
  const [lostSinceMs, setLost] = useState<number | null>(null);
  const [reading, setReading] = useState(false);
  const hold = useRef(false);
  hold.current = reading;
  const look = useRef<() => void>(() => undefined);
  const { fromMs, toMs } = span;

  useEffect(() => {
    const controller = new AbortController();
    let busy = false;
    let again = false;
    setState((before) => (before.of === lasting ? { ...before, loading: true } : waiting(lasting)));
    const ask = async (): Promise<void> => {
      busy = true;
      const question = { project, rule, span: { fromMs, toMs }, wanted };
      const answer = await loadFirings(question, controller.signal);
      if (controller.signal.aborted) return;
      busy = false;
      setLost((since) => (answer.ok ? null : (since ?? now())));
      setState((before) => {
        if (!answer.ok) return { ...before, error: answer.error, loading: false };
        const { rows, more } = answer.value;
        return {
          of: lasting,
          list: refreshed(before.list, rows, hold.current),
          hasMore: more,
          error: null,
          loading: false,
        };
      });
      if (again) look.current();
    };
    look.current = () => {
      again = busy;
      if (!busy) void ask();
    };
    look.current();
    return () => controller.abort();
  }, [project, rule, lasting, fromMs, toMs, wanted]);

  useHealthUpdates(lostSinceMs !== null, () => look.current());

  const change = (by: (list: FiringList) => FiringList) => setState((s) => (s.list ? { ...s, list: by(s.list) } : s));
  // biome-ignore lint/correctness/useExhaustiveDependencies: `change` is another function each time and does the same.
  useEffect(() => {
    if (!reading) change(released);
  }, [reading]);

  const { list, hasMore, error, loading } = state.of === lasting ? state : waiting(lasting);
  return {
    ...{ list, hasMore, error, loading, lostSinceMs, setReading },
    showHeld: () => change(released),
    more: () => {
      if (hasMore && !loading) setWanted((n) => n + STEP);
    },
    reload: () => {
      setState((s) => ({ ...s, loading: true }));
      look.current();
    },
    change: (id, by) => change((all) => changed(all, id, by)),
  };
}

function waiting(of: string): State {
  return { of, list: null, hasMore: false, error: null, loading: true };
}
