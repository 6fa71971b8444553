import { useEffect, useRef, useState } from 'preact/hooks';
import type { Answer, ApiError } from '../api/http.ts';
import type { List } from '../api/types.ts';

export interface Paged<Item, Page extends List<Item>> {
  /** The first page, with what the answer says beside its items; stays while it is asked for again. */
  first: Page | null;
  /** null until there is an answer. */
  list: Loaded<Item> | null;
  error: ApiError | null;
  loading: boolean;
  more: () => void;
  reload: () => void;
  /** Changes rows that are here, such as after something was decided about one. */
  change: (by: (item: Item) => Item) => void;
}

interface Loaded<Item> {
  rows: readonly Item[];
  /** Of what comes behind `rows`; null at the end. */
  cursor: string | null;
}

type State<Item, Page extends List<Item>> = Pick<Paged<Item, Page>, 'first' | 'list' | 'error' | 'loading'>;

/**
 * A list that is read on as the reader comes near its end. An answer to an earlier `key` is dropped. With `keep` what is shown stays while another
 * key loads: set it only where both answer the same question.
 */
export function usePaged<Item, Page extends List<Item>>(
  key: string,
  keyOf: (item: Item) => string,
  load: (cursor: string | null, signal: AbortSignal) => Promise<Answer<Page>>,
  keep = false,
): Paged<Item, Page> {
  const [state, setState] = useState<State<Item, Page>>(LOADING);
  const [round, setRound] = useState(0);
  const latest = useRef({ load, keyOf });
  latest.current = { load, keyOf };
  const current = useRef<AbortController | null>(null);
  const shownKey = useRef(key);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` is how reload() asks for the same key again.
  useEffect(() => {
    const controller = new AbortController();
    current.current = controller;
    const stays = keep || shownKey.current === key;
    shownKey.current = key;
    setState((before) => (stays ? { ...before, error: null, loading: true } : LOADING));
    void latest.current.load(null, controller.signal).then((answer) => {
      if (controller.signal.aborted) return;
      if (!answer.ok) return setState((before) => ({ ...before, error: answer.error, loading: false }));
      const { items, nextCursor } = answer.value;
      const list = { rows: items, cursor: nextCursor };
      setState({ first: answer.value, list, error: null, loading: false });
    });
    return () => controller.abort();
  }, [key, keep, round]);

  const more = () => {
    const cursor = state.list?.cursor ?? null;
    const controller = current.current;
    if (cursor === null || state.loading || controller === null) return;
    setState((before) => ({ ...before, error: null, loading: true }));
    void latest.current.load(cursor, controller.signal).then((answer) => {
      if (controller.signal.aborted) return;
      if (!answer.ok) return setState((before) => ({ ...before, error: answer.error, loading: false }));
      const { items, nextCursor } = answer.value;
      setState((before) => {
        const rows = before.list?.rows ?? [];
        const known = new Set(rows.map(latest.current.keyOf));
        const added = items.filter((item) => !known.has(latest.current.keyOf(item)));
        return { ...before, list: { rows: [...rows, ...added], cursor: nextCursor }, error: null, loading: false };
      });
    });
  };
  return {
    ...state,
    more,
    reload: () => setRound((n) => n + 1),
    change: (by) =>
      setState((before) => ({ ...before, list: before.list && { ...before.list, rows: before.list.rows.map(by) } })),
  };
}

const LOADING = { first: null, list: null, error: null, loading: true };
