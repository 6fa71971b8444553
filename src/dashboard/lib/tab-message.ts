/** What one tab says to the others. No token and no CSRF token: every page of the origin and every extension may read it. */
export type TabMessage =
  /** What a tab has learned of the server: this session is signed in, and may see this (lib/session-rules.ts, rightsOf). */
  | { kind: 'seen'; sessionId: string; rights: string }
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
  const { kind, sessionId, rights, reason, expiresAtMs, refreshAtMs } = value;
  if (typeof sessionId !== 'string' || sessionId === '') return null;
  if (kind === 'seen' && typeof rights === 'string') return { kind, sessionId, rights };
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
