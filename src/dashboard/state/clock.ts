import { signal } from '@preact/signals';

/** A laptop some seconds off does no harm; asking for "the last 15 minutes" with a clock that is hours off finds nothing. */
const TOLERATED_MS = 30_000;

/** Measured with every `/api/auth/me`, which each page load begins with. */
let skewMs = 0;

/** The server's clock, as well as this browser knows it. The only place where the dashboard reads a clock. */
export function now(): number {
  return Date.now() + skewMs;
}

export function learnServerTime(serverMs: number): void {
  const measured = serverMs - Date.now();
  skewMs = Math.abs(measured) > TOLERATED_MS ? measured : 0;
}

/** Moves once a second, for what counts up on screen. Reading it in a component redraws that component. */
export const ticking = signal(now());
setInterval(() => {
  if (!document.hidden) ticking.value = now();
}, 1_000);
