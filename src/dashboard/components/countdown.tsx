import { duration } from '../lib/format.ts';
import { ticking } from '../state/clock.ts';

/** How long until a moment, counted down; `due` once it is there. */
export function Countdown({ untilMs, due }: { untilMs: number; due: string }) {
  const leftMs = untilMs - ticking.value;
  // Rounded up: nothing is due before the clock says so.
  return <span class="countdown">{leftMs <= 0 ? due : `in ${duration(leftMs + 999)}`}</span>;
}
