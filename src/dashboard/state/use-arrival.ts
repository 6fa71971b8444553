import { useEffect, useRef, useState } from 'preact/hooks';
import type { Answer } from '../api/http.ts';
import { lookAfterMs } from '../lib/backoff.ts';
import { showArrivals } from './range.ts';

/**
 * Looks now and then whether the first of something has come, and only then touches the page, once: not before, because a key on it is shown this once.
 * True while the server does not answer.
 */
export function useArrival(
  key: string,
  hasCome: (signal: AbortSignal) => Promise<Answer<boolean>>,
  onArrived: () => void = showArrivals,
): boolean {
  const [isAway, setAway] = useState(false);
  const latest = useRef({ hasCome, onArrived });
  latest.current = { hasCome, onArrived };
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` is what is asked about.
  useEffect(() => {
    const controller = new AbortController();
    let looks = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const wait = () => {
      timer = setTimeout(() => void look(), lookAfterMs(looks, Math.random()));
      looks++;
    };
    const look = async () => {
      timer = undefined;
      if (!document.hidden) {
        const answer = await latest.current.hasCome(controller.signal);
        if (controller.signal.aborted) return;
        setAway(!answer.ok);
        if (answer.ok && answer.value) return latest.current.onArrived();
      }
      wait();
    };
    // Whoever comes back may come from where they sent it.
    const onFocus = () => {
      looks = 0;
      if (timer === undefined) return;
      clearTimeout(timer);
      wait();
    };
    window.addEventListener('focus', onFocus, { signal: controller.signal });
    wait();
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [key]);
  return isAway;
}
