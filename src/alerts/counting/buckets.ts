/**
 * A window is counted in so many buckets at most, so that a day of a hundred groups stays small. A window is longer than it says by up to one bucket: under
 * 0.3 %, and for windows under 36 s by a tenth of a second. 10 s for an hour, 4 min for a day.
 */
const BUCKETS_PER_WINDOW = 360;
const MIN_BUCKET_MS = 100;
/** The clocks of senders and of other machines are not all right: records up to this far ahead of ours count as of now. */
export const MAX_AHEAD_MS = 5_000;

export function bucketMs(windowSeconds: number): number {
  return Math.max(MIN_BUCKET_MS, Math.ceil((windowSeconds * 1_000) / BUCKETS_PER_WINDOW));
}

/** Inclusive on both ends. */
export interface BucketRange {
  from: number;
  to: number;
}

/** The buckets with records of the window that ends at `nowMs`. */
export function windowBuckets(windowSeconds: number, nowMs: number): BucketRange {
  const width = bucketMs(windowSeconds);
  return {
    from: Math.floor((nowMs - windowSeconds * 1_000) / width),
    to: Math.floor((nowMs + MAX_AHEAD_MS) / width),
  };
}
