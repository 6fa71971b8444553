import { useEffect, useRef } from 'preact/hooks';

/**
 * While `active`, looks again some time after each new `answer`. A tab that nobody sees does not, and looks as soon as it is seen again: without an answer
 * there would be no next look either.
 */
export function useLookAgain(active: boolean, answer: unknown, afterMs: number, look: () => void): void {
  const latest = useRef(look);
  latest.current = look;
  // biome-ignore lint/correctness/useExhaustiveDependencies: with every answer the next look is timed anew.
  useEffect(() => {
    if (!active) return;
    const gone = new AbortController();
    const due = () => {
      if (document.hidden) document.addEventListener('visibilitychange', due, { once: true, signal: gone.signal });
      else latest.current();
    };
    const timer = setTimeout(due, afterMs);
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }, [active, answer, afterMs]);
}
