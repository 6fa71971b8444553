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
  data: T | null;
  error: ApiError | null;
  loading: boolean;
}

/**
 * Loads when `key` changes; null loads nothing. An answer that was overtaken by a newer key is dropped, its request aborted.
 * With `keep` the last answer stays on screen while the next loads; set it only where both answer the same question.
 */
export function useResource<T>(
  key: string | null,
  load: (signal: AbortSignal) => Promise<Answer<T>>,
  keep = true,
): Resource<T> {
  const [state, setState] = useState<State<T>>({ data: null, error: null, loading: key !== null });
  const [round, setRound] = useState(0);
  const latest = useRef(load);
  latest.current = load;

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` is how reload() asks for the same key again.
  useEffect(() => {
    if (key === null) {
      setState({ data: null, error: null, loading: false });
      return;
    }
    const controller = new AbortController();
    // Beside an old answer the reason why it is old stays as well: a line that comes and goes with every try moves the page.
    setState(({ data, error }) =>
      keep && data !== null ? { data, error, loading: true } : { data: null, error: null, loading: true },
    );
    void latest.current(controller.signal).then((answer) => {
      if (controller.signal.aborted) return;
      if (answer.ok) setState({ data: answer.value, error: null, loading: false });
      else setState((before) => ({ data: before.data, error: answer.error, loading: false }));
    });
    return () => controller.abort();
  }, [key, keep, round]);

  return { ...state, reload: () => setRound((n) => n + 1) };
}
