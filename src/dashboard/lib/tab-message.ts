/** What one tab says to the others. No token, no CSRF token, no name: every page of the origin and every extension may read it. */
export type TabMessage =
  /** Who is signed in, as what, or in which session: ask the server. */
  | { kind: 'changed' }
  | { kind: 'left'; sessionId: string; reason: LeaveReason }
  | { kind: 'refreshed'; sessionId: string; expiresAtMs: number; refreshAtMs: number };

export type LeaveReason = 'ended' | 'signed_out';

/** Moves on when a message changes its shape: tabs of two versions of the page may be open at once. */
const VERSION = 1;

export function encodeMessage(message: TabMessage): string {
  return JSON.stringify({ v: VERSION, ...message });
}

/** null for whatever is not a message of this version. */
export function decodeMessage(raw: unknown): TabMessage | null {
  const value = typeof raw === 'string' ? parsed(raw) : null;
  if (value === null || value.v !== VERSION) return null;
  const { kind, sessionId, reason, expiresAtMs, refreshAtMs } = value;
  if (kind === 'changed') return { kind };
  if (typeof sessionId !== 'string' || sessionId === '') return null;
  if (kind === 'left' && (reason === 'ended' || reason === 'signed_out')) return { kind, sessionId, reason };
  if (kind === 'refreshed' && isTime(expiresAtMs) && isTime(refreshAtMs)) {
    return { kind, sessionId, expiresAtMs, refreshAtMs };
  }
  return null;
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null; // not ours
  }
}
