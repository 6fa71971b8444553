const DAY_MS = 86_400_000;

/** Of deliveries that have ended; what waits is kept for as long as it waits. */
export const RETENTION = {
  delivered: { keptMs: 7 * DAY_MS, most: 10_000 },
  dead: { keptMs: 30 * DAY_MS, most: 100_000 },
} as const;

/** An object may hold 10 GB. Beyond this the oldest that were delivered go before their time, then the oldest dead letters: the queue needs the rest. */
export const MAX_KEPT_BYTES = 4_000_000_000;
/** Of each kind in one alarm, about 50 ms. */
export const ROWS_PER_CLEANUP = 2_000;

export interface Ended {
  delivered: number;
  dead: number;
}

export interface Forgetting {
  state: keyof Ended;
  /** Those that ended before. */
  beforeMs: number;
  /** And the oldest of the others, this many. */
  excess: number;
}

/** What is to be forgotten now. */
export function forgettings(ended: Ended, databaseBytes: number, nowMs: number): Forgetting[] {
  const tooFull: keyof Ended | null =
    databaseBytes <= MAX_KEPT_BYTES ? null : ended.delivered > 0 ? 'delivered' : 'dead';
  return (['delivered', 'dead'] as const).map((state) => {
    const { keptMs, most } = RETENTION[state];
    const excess = Math.max(0, ended[state] - most);
    return { state, beforeMs: nowMs - keptMs, excess: state === tooFull ? Math.max(excess, ROWS_PER_CLEANUP) : excess };
  });
}
