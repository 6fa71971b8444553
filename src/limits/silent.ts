/** Limiters that an isolate remembers as silent; with more, it waits for some of them again. */
const MAX_REMEMBERED = 1_000;

/** When whoever took too long for an answer is asked again, by one request; the others do without meanwhile. */
const askAgainAtMs = new Map<string, number>();

/** What did not answer in time. Nobody else waits for it for `forMs`. */
export function rememberSilent(limiter: string, nowMs: number, forMs: number): void {
  if (askAgainAtMs.size >= MAX_REMEMBERED) askAgainAtMs.clear();
  askAgainAtMs.set(limiter, nowMs + forMs);
}

export function forgetSilent(limiter: string): void {
  askAgainAtMs.delete(limiter);
}

/** True where it need not be asked. The first that may ask again asks for all: until it has its answer, the others still need not. */
export function isSilent(limiter: string, nowMs: number, forMs: number): boolean {
  const atMs = askAgainAtMs.get(limiter);
  if (atMs === undefined) return false;
  // Later than it can be is what a clock that was set back makes of it.
  if (nowMs < atMs && nowMs >= atMs - forMs) return true;
  rememberSilent(limiter, nowMs, forMs);
  return false;
}
