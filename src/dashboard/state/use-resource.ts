import { useEffect, useRef, useState } from 'preact/hooks';
import type { Answer, ApiError } from '../api/http.ts';

export interface Resource<T> {
  /** The newest answer; stays while the next one is on its way. */
  data: T | null;
  error: ApiError | null;
  loading: boolean;
  reload: () => void;
}

interface State<T> {
  /** The key that `data` answers. */
  of: string | null;
  data: T | null;
  error: ApiError | null;
  loading: boolean;
}

/**
 * Loads when `key` changes; null loads nothing. An answer that was overtaken by a newer key is dropped, its request aborted.
 * The last answer stays on screen while it is asked for again, so that a dialog above it stays too. With `keep` it also stays
 * while another key loads; set it only where both answer the same question.
 */
export function useResource<T>(
  key: string | null,
  load: (signal: AbortSignal) => Promise<Answer<T>>,
  keep = true,
): Resource<T> {
  const [state, setState] = useState<State<T>>({ of: null, data: null, error: null, loading: key !== null });
  const [round, setRound] = useState(0);
  const latest = useRef(load);
  latest.current = load;

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` is how reload() asks for the same key again.
  useEffect(() => {
    if (key === null) {
      setState({ of: null, data: null, error: null, loading: false });
      return;
    }
    const controller = new AbortController();
    // Beside an old answer the reason why it is old stays as well: a line that comes and goes with every try moves the page.
    setState((before) =>
      before.data !== null && (keep || before.of === key)
        ? { ...before, loading: true }
        : { of: key, data: null, error: null, loading: true },
    );
    void latest.current(controller.signal).then((answer) => {
      if (controller.signal.aborted) return;
      if (answer.ok) setState({ of: key, data: answer.value, error: null, loading: false });
      else setState((before) => ({ ...before, error: answer.error, loading: false }));
    });
    return () => controller.abort();
  }, [key, keep, round]);

  // Before the effect has run the state is still that of another key.
  const isOther = !keep && state.of !== key;
  const { data, error, loading } = isOther ? { data: null, error: null, loading: key !== null } : state;
  return { data, error, loading, reload: () => setRound((n) => n + 1) };
}
