/** With thousands apart, the same in every place that a score is made in. */
export function grouped(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Cents as the customer writes amounts, without a currency, which is not known: `1,234.50`. */
export function amountText(cents: number): string {
  const whole = Math.round(cents);
  return `${grouped(Math.floor(whole / 100))}.${String(whole % 100).padStart(2, '0')}`;
}

/** In the largest unit of which there are two: `35 minutes`, `90 seconds`, `3 days`. */
export function spanText(ms: number): string {
  for (const [unit, unitMs] of [
    ['days', 86_400_000],
    ['hours', 3_600_000],
    ['minutes', 60_000],
  ] as const) {
    if (ms >= 2 * unitMs) return `${Math.round(ms / unitMs)} ${unit}`;
  }
  const seconds = Math.round(ms / 1_000);
  return seconds === 1 ? '1 second' : `${seconds} seconds`;
}

export function counted(count: number, one: string, many: string): string {
  return count === 1 ? `1 ${one}` : `${grouped(count)} ${many}`;
}
