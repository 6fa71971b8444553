import { useEffect, useRef } from 'preact/hooks';
import { openLive } from '../api/live-socket.ts';
import { now } from './clock.ts';
import { link } from './link.ts';
import { loadSession } from './session.ts';

/** While the socket tells nothing it is looked this often. */
const POLL_MS = 5_000;
/** With the socket too, in case that something changed without a word, such as a value or what is pending. */
const SLOW_POLL_MS = 15_000;
const TICK_MS = 1_000;

/**
 * Calls when what is healthy, firing or delivered may have changed: told by the socket, and asked for while there is none. Not in a tab that nobody
 * sees, which catches up when it is seen again. `failing`: the last time that was asked there was no answer.
 */
export function useHealthUpdates(project: string, failing: boolean, onUpdate: () => void): void {
  useEffect(() => {
    link.value = failing ? { kind: 'lost', sinceMs: now(), retryAtMs: null } : { kind: 'live' };
  }, [failing]);
  useEffect(
    () => () => {
      link.value = { kind: 'off' };
    },
    [],
  );
  const latest = useRef(onUpdate);
  latest.current = onUpdate;
  useEffect(() => {
    let isLive = false;
    let calledMs = now();
    const call = () => {
      if (document.hidden) return;
      calledMs = now();
      latest.current();
    };
    /** Of a storm of notices one a second is enough. */
    let owed = false;
    const told = () => {
      owed = now() - calledMs < TICK_MS;
      if (!owed) call();
    };
    const live = openLive(
      { project, topic: 'health', filter: '' },
      {
        connecting: () => undefined,
        heard: () => undefined,
        subscribed: (resumed) => {
          isLive = true;
          if (resumed) told();
        },
        lost: () => {
          isLive = false;
        },
        // A deployment that does not know the topic is asked instead.
        refused: () => {
          isLive = false;
        },
        records: told,
        gap: told,
        checkSession: loadSession,
      },
    );
    const timer = setInterval(() => {
      if (!owed && now() - calledMs < (isLive ? SLOW_POLL_MS : POLL_MS)) return;
      owed = false;
      call();
    }, TICK_MS);
    document.addEventListener('visibilitychange', call);
    return () => {
      live.close();
      clearInterval(timer);
      document.removeEventListener('visibilitychange', call);
    };
  }, [project]);
}
