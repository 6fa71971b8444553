const HOUR_MS = 3_600_000;
/** When most are at work again. */
const MORNING_HOUR = 8;

export interface SilenceTime {
  label: string;
  untilMs: number;
}

/** How long something is silenced for with one click. */
export function silenceTimes(nowMs: number): readonly SilenceTime[] {
  return [
    { label: 'For 1 hour', untilMs: nowMs + HOUR_MS },
    { label: 'For 4 hours', untilMs: nowMs + 4 * HOUR_MS },
    { label: `Until tomorrow, ${MORNING_HOUR}:00`, untilMs: tomorrowMs(nowMs) },
  ];
}

/** Tomorrow in the morning, in the time of the reader. */
function tomorrowMs(nowMs: number): number {
  const at = new Date(nowMs);
  return new Date(at.getFullYear(), at.getMonth(), at.getDate() + 1, MORNING_HOUR).getTime();
}
