import { useEffect, useRef, useState } from 'preact/hooks';
import type { Answer, ApiError } from '../api/http.ts';
import type { List } from '../api/types.ts';

/** `complete` false: not all that was asked about could be read for it. */
type PageOf<Item> = List<Item> & { complete?: boolean };

export interface Paged<Item, Page extends PageOf<Item>> {
  /** The first page, with what the answer says beside its items; stays while it is asked for again. */
  first: Page | null;
  /** The newest page, with what it says of how far it led. */
  last: Page | null;
  /** null until there is an answer. */
  list: Loaded<Item> | null;
  error: ApiError | null;
  loading: boolean;
  more: () => void;
  reload: () => void;
  /** Asks again for what failed. */
  retry: () => void;
  /** Changes rows that are here, such as after something was decided about one. */
  change: (by: (item: Item) => Item) => void;
  /** Changes what stands beside the rows. */
  changeFirst: (by: (page: Page) => Page) => void;
}

interface Loaded<Item> {
  rows: readonly Item[];
  /** Of what comes behind `rows`; null at the end. */
  cursor: string | null;
  /** Every page was read in full. */
  complete: boolean;
}

interface State<Item, Page extends PageOf<Item>> {
  /** The `lasting` of what is shown. */
  of: string;
  first: Page | null;
  last: Page | null;
  list: Loaded<Item> | null;
  error: ApiError | null;
  loading: boolean;
}

/** One way through the pages of a key. Kept beside the state: what is on its way is known at once, not only once it is drawn. */
interface Reading {
  controller: AbortController;
  of: string;
  cursor: string | null;
  busy: boolean;
}

/**
 * A list that is read on as the reader comes near its end. An answer to an earlier `key` is dropped. What is shown stays while another key with the
 * same `lasting` loads, such as the same question about another time.
 */
export function usePaged<Item, Page extends PageOf<Item>>(
  key: string,
  keyOf: (item: Item) => string,
  load: (cursor: string | null, signal: AbortSignal) => Promise<Answer<Page>>,
  lasting = key,
): Paged<Item, Page> {
  const [state, setState] = useState<State<Item, Page>>(() => waiting(lasting));
  const [round, setRound] = useState(0);
  const latest = useRef({ load, keyOf });
  latest.current = { load, keyOf };
  const current = useRef<Reading | null>(null);

  /** Loads what lies behind `cursor`, and keeps where it ended. */
  const read = async (reading: Reading, cursor: string | null, taken: (page: Page) => void): Promise<void> => {
    reading.busy = true;
    const answer = await latest.current.load(cursor, reading.controller.signal);
    if (reading.controller.signal.aborted) return;
    reading.busy = false;
    if (!answer.ok) return setState((before) => ({ ...before, error: answer.error, loading: false }));
    reading.cursor = answer.value.nextCursor;
    taken(answer.value);
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` is how reload() asks for the same key again.
  useEffect(() => {
    const before = current.current;
    // Until the same question is answered anew its rows can be read on.
    const cursor = before?.of === key ? before.cursor : null;
    const reading: Reading = { controller: new AbortController(), of: key, cursor, busy: false };
    current.current = reading;
    setState((shown) => (shown.of === lasting ? { ...shown, error: null, loading: true } : waiting(lasting)));
    void read(reading, null, (page) => {
      const { items, nextCursor, complete = true } = page;
      const list = { rows: items, cursor: nextCursor, complete };
      setState({ of: lasting, first: page, last: page, list, error: null, loading: false });
    });
    return () => reading.controller.abort();
  }, [key, lasting, round]);

  // Several effects of one redraw may ask for more, with the state of before the first of them did.
  const more = () => {
    const reading = current.current;
    if (reading === null || reading.busy || reading.cursor === null) return;
    setState((before) => ({ ...before, error: null, loading: true }));
    void read(reading, reading.cursor, (last) =>
      setState((before) => {
        const { items, nextCursor, complete = true } = last;
        const rows = before.list?.rows ?? [];
        const known = new Set(rows.map(latest.current.keyOf));
        const added = items.filter((item) => !known.has(latest.current.keyOf(item)));
        const list = {
          rows: [...rows, ...added],
          cursor: nextCursor,
          complete: complete && before.list?.complete !== false,
        };
        return { ...before, last, list, error: null, loading: false };
      }),
    );
  };
  const reload = () => setRound((n) => n + 1);
  // Before the effect has run the state is still that of another question.
  const { first, last, list, error, loading } = state.of === lasting ? state : waiting<Item, Page>(lasting);
  return {
    ...{ first, last, list, error, loading, more, reload },
    retry: () => ((current.current?.cursor ?? null) === null ? reload() : more()),
    change: (by) =>
      setState((before) => ({ ...before, list: before.list && { ...before.list, rows: before.list.rows.map(by) } })),
    changeFirst: (by) => setState((before) => ({ ...before, first: before.first && by(before.first) })),
  };
}

function waiting<Item, Page extends PageOf<Item>>(of: string): State<Item, Page> {
  return { of, first: null, last: null, list: null, error: null, loading: true };
}
