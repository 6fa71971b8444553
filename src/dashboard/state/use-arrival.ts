import { useEffect, useRef, useState } from 'preact/hooks';
import type { Answer } from '../api/http.ts';
import { refresh } from './range.ts';

const LOOK_EVERY_MS = 2_000;

/**
 * Looks every few seconds whether the first of something has come, and only then touches the page: not before, because a key on it is shown this once.
 * True while the server does not answer.
 */
export function useArrival(
  key: string,
  hasCome: (signal: AbortSignal) => Promise<Answer<boolean>>,
  onArrived: () => void = refresh,
): boolean {
  const [isAway, setAway] = useState(false);
  const latest = useRef({ hasCome, onArrived });
  latest.current = { hasCome, onArrived };
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` is what is asked about.
  useEffect(() => {
    const controller = new AbortController();
    const look = async () => {
      if (document.hidden) return;
      const answer = await latest.current.hasCome(controller.signal);
      if (controller.signal.aborted) return;
      setAway(!answer.ok);
      if (answer.ok && answer.value) latest.current.onArrived();
    };
    const timer = setInterval(() => void look(), LOOK_EVERY_MS);
    return () => {
      clearInterval(timer);
      controller.abort();
    };
  }, [key]);
  return isAway;
}
