/** Who may do what one tab does for all, written where every tab reads it. For browsers without `navigator.locks`. */
export interface Lease {
  tab: string;
  untilMs: number;
}

export function leaseText({ tab, untilMs }: Lease): string {
  return `${untilMs}.${tab}`;
}

/** null for nothing, and for what is no lease: somebody else's text must not stop the work for ever. */
export function parseLease(text: string | null): Lease | null {
  const found = /^(\d{1,15})\.([0-9a-f-]{1,64})$/.exec(text ?? '');
  return found?.[1] && found[2] ? { untilMs: Number(found[1]), tab: found[2] } : null;
}

/** Free when nobody has it, when it has run out, or when it reaches further than any tab writes it (a clock was set back). */
export function mayTake(text: string | null, tab: string, nowMs: number, longestMs: number): boolean {
  const lease = parseLease(text);
  if (lease === null || lease.tab === tab) return true;
  return lease.untilMs <= nowMs || lease.untilMs > nowMs + longestMs;
}
