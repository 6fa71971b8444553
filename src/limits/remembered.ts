import type { Left } from './types.ts';

/** What an isolate remembers at most; a deployment with more refused projects only loses speed. */
const MAX_REMEMBERED = 4_096;
/** A limit that was raised is felt after this long at the latest. */
const ASK_AGAIN_MS = 5_000;

interface Remembered {
  left: Left;
  resetAtMs: number;
  askAgainAtMs: number;
}

const refused = new Map<string, Remembered>();

/** That nothing is left until the reset: what comes until then costs this isolate neither a call nor the parsing of a body. */
export function rememberRefused(who: string, left: Left, nowMs: number): void {
  if (refused.size >= MAX_REMEMBERED) {
    const [oldest] = refused.keys();
    if (oldest !== undefined) refused.delete(oldest);
  }
  const resetAtMs = nowMs + left.resetSeconds * 1_000;
  refused.set(who, { left, resetAtMs, askAgainAtMs: Math.min(resetAtMs, nowMs + ASK_AGAIN_MS) });
}

/** Null where the limiter has to be asked. */
export function rememberedRefusal(who: string, nowMs: number): Left | null {
  const known = refused.get(who);
  if (!known) return null;
  // Longer than it was given is what a clock that was set back makes of it (window.ts).
  if (nowMs >= known.askAgainAtMs || nowMs < known.askAgainAtMs - ASK_AGAIN_MS) {
    refused.delete(who);
    return null;
  }
  return { ...known.left, resetSeconds: Math.max(1, Math.ceil((known.resetAtMs - nowMs) / 1_000)) };
}
