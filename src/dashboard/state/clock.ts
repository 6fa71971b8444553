import { signal } from '@preact/signals';
import { recall, remember } from './storage.ts';

const KEY = 'skewMs';
/** A laptop some seconds off does no harm; asking for "the last 15 minutes" with a clock that is hours off finds nothing. */
const TOLERATED_MS = 30_000;

/** Measured at sign-in and kept for all tabs: nothing later tells the server's time. A clock set right meanwhile is noticed at the next one. */
let skewMs = Number(recall(KEY) ?? '0') || 0;

/** The server's clock, as well as this browser knows it. The only place where the dashboard reads a clock. */
export function now(): number {
  return Date.now() + skewMs;
}

/** `X-Login-Time` of a sign-in. */
export function learnServerTime(header: string | null): void {
  const serverMs = Number(header);
  if (header === null || !Number.isFinite(serverMs) || serverMs <= 0) return;
  const measured = serverMs - Date.now();
  skewMs = Math.abs(measured) > TOLERATED_MS ? measured : 0;
  remember(KEY, skewMs === 0 ? null : String(skewMs));
}

/** Moves once a second, for what counts up on screen. Reading it in a component redraws that component. */
export const ticking = signal(now());
setInterval(() => {
  if (!document.hidden) ticking.value = now();
}, 1_000);
