import { useEffect } from 'preact/hooks';
import { now } from './clock.ts';
import { link } from './link.ts';
import { range, refresh } from './range.ts';

const LIVE_EVERY_MS = 10_000;

/** With the range on live the page asks again by itself, but not under the reader's pointer and not in a hidden tab. */
export function useLiveRefresh(reading: boolean, failing: boolean): void {
  const live = range.value.kind === 'live';
  useEffect(() => {
    if (live && failing) link.value = { kind: 'lost', sinceMs: now(), retryAtMs: null };
    else link.value = { kind: live ? (reading ? 'paused' : 'live') : 'off' };
  }, [live, reading, failing]);
  useEffect(() => {
    if (!live || reading) return;
    const timer = setInterval(() => {
      if (!document.hidden) refresh();
    }, LIVE_EVERY_MS);
    return () => clearInterval(timer);
  }, [live, reading]);
  useEffect(
    () => () => {
      link.value = { kind: 'off' };
    },
    [],
  );
}
