import { useEffect, useRef, useState } from 'preact/hooks';
import type { FraudEvent, Verdict } from '../../../wire/fraud.ts';
import type { Answer, ApiError } from '../../api/http.ts';
import type { List } from '../../api/types.ts';
import { type EventList, firstPage, older, withVerdict } from './event-list.ts';

export interface Paged {
  list: EventList | null;
  error: ApiError | null;
  loading: boolean;
  more: () => void;
  reload: () => void;
  decided: (id: string, verdict: Verdict | null) => void;
}

/** A list of events that is read on as the reader comes near its end. An answer to an earlier `key` is dropped. */
export function usePaged(
  key: string,
  load: (cursor: string | null, signal: AbortSignal) => Promise<Answer<List<FraudEvent>>>,
): Paged {
  const [state, setState] = useState<Pick<Paged, 'list' | 'error' | 'loading'>>({
    ...{ list: null, error: null, loading: true },
  });
  const [round, setRound] = useState(0);
  const latest = useRef(load);
  latest.current = load;
  const current = useRef<AbortController | null>(null);
  const shownKey = useRef(key);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` is how reload() asks for the same key again.
  useEffect(() => {
    const controller = new AbortController();
    current.current = controller;
    const keep = shownKey.current === key;
    shownKey.current = key;
    setState((before) => ({ list: keep ? before.list : null, error: null, loading: true }));
    void latest.current(null, controller.signal).then((answer) => {
      if (controller.signal.aborted) return;
      if (answer.ok) setState({ list: firstPage(answer.value), error: null, loading: false });
      else setState((before) => ({ ...before, error: answer.error, loading: false }));
    });
    return () => controller.abort();
  }, [key, round]);

  const more = () => {
    const cursor = state.list?.cursor ?? null;
    const controller = current.current;
    if (cursor === null || state.loading || controller === null) return;
    setState((before) => ({ ...before, error: null, loading: true }));
    void latest.current(cursor, controller.signal).then((answer) => {
      if (controller.signal.aborted) return;
      if (!answer.ok) setState((before) => ({ ...before, error: answer.error, loading: false }));
      else setState((s) => ({ list: s.list ? older(s.list, answer.value) : null, error: null, loading: false }));
    });
  };
  return {
    ...state,
    more,
    reload: () => setRound((n) => n + 1),
    decided: (id, verdict) => setState((s) => ({ ...s, list: s.list ? withVerdict(s.list, id, verdict) : null })),
  };
}
