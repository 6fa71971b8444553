import { useEffect, useRef } from 'preact/hooks';
import { now } from './clock.ts';
import { link } from './link.ts';
import { healthChanges, pulseState } from './pulse.ts';

/** While no socket tells anything it is looked this often. */
const POLL_MS = 5_000;
/** Beside a socket: nobody tells of a value that creeps, or of what is pending. */
const LIVE_POLL_MS = 15_000;
const TICK_MS = 1_000;

/**
 * Calls when what fires or is delivered may have changed: as the socket of the pulse tells, and every few seconds where it is silent. Not in a tab that
 * nobody sees, which catches up when it is seen again. `failing`: the last time that was asked there was no answer.
 */
export function useHealthUpdates(failing: boolean, onUpdate: () => void): void {
  useEffect(() => {
    link.value = failing ? { kind: 'lost', sinceMs: now(), retryAtMs: null } : { kind: 'live' };
  }, [failing]);
  const latest = useRef(onUpdate);
  latest.current = onUpdate;
  useEffect(() => {
    // Whoever shows this has just asked.
    let calledMs = now();
    const call = () => {
      if (document.hidden) return;
      calledMs = now();
      latest.current();
    };
    let known = healthChanges.peek();
    const unsubscribe = healthChanges.subscribe((changes) => {
      if (changes === known) return;
      known = changes;
      call();
    });
    const timer = setInterval(() => {
      if (now() - calledMs >= (pulseState.peek().live ? LIVE_POLL_MS : POLL_MS)) call();
    }, TICK_MS);
    document.addEventListener('visibilitychange', call);
    return () => {
      unsubscribe();
      clearInterval(timer);
      document.removeEventListener('visibilitychange', call);
      link.value = { kind: 'off' };
    };
  }, []);
}
