import { duration, fineDuration } from '../lib/format.ts';
import { ticking } from '../state/clock.ts';

interface CountdownProps {
  untilMs: number;
  /** In its place once the moment is there. */
  due: string;
  /** In two units: a day and 23 hours is not a day to whoever has to be done by then. */
  fine?: boolean;
}

/** How long until a moment, counted down. */
export function Countdown({ untilMs, due, fine = false }: CountdownProps) {
  const leftMs = untilMs - ticking.value;
  // Rounded up: nothing is due before the clock says so.
  return <span class="countdown">{leftMs <= 0 ? due : `in ${(fine ? fineDuration : duration)(leftMs + 999)}`}</span>;
}
