/** How far one stream of one journal has been counted. */
export interface Followed {
  /** The first sequence that is still to come. */
  nextSeq: number;
  /** Every record that was taken since then has been counted. */
  sinceMs: number;
  /** Where the journal stood at the last look, where that was not counted yet; else 0. UNKNOWN: this instance has not looked yet. */
  behindSeq: number;
}

/** What an ended instance was about to be given went with it. */
export const UNKNOWN = Number.MAX_SAFE_INTEGER;

/** Of a journal that has just been asked where the stream stands. What was on its way at the last look has come by now, or never will. */
export function afterLook(followed: Followed | null, headSeq: number, nowMs: number): Followed {
  const isLost =
    followed === null || followed.nextSeq > headSeq || followed.nextSeq < Math.min(followed.behindSeq, headSeq);
  if (isLost) return { nextSeq: headSeq, sinceMs: nowMs, behindSeq: 0 };
  return { ...followed, sinceMs: settled(followed, nowMs), behindSeq: followed.nextSeq < headSeq ? headSeq : 0 };
}

/** What a journal says after a loss: nothing before the head will be published any more. */
export function afterHead(followed: Followed, headSeq: number, nowMs: number): Followed {
  return followed.nextSeq < headSeq ? { nextSeq: headSeq, sinceMs: nowMs, behindSeq: 0 } : followed;
}

/** Behind records that were counted; `isGap`: some before them were not. */
export function afterRecords(followed: Followed, nextSeq: number, isGap: boolean, nowMs: number): Followed {
  const behindSeq = followed.behindSeq === UNKNOWN ? 0 : followed.behindSeq;
  return { nextSeq, sinceMs: isGap ? nowMs : settled(followed, nowMs), behindSeq };
}

/** A clock that was set back makes what was before it unknown. */
function settled({ sinceMs }: Followed, nowMs: number): number {
  return sinceMs > nowMs ? nowMs : sinceMs;
}

export interface Continuity {
  /** Since when every record was counted; null where some journal is not followed, or did not say yet what an ended instance missed. */
  sinceMs: number | null;
  /** Some journal has records that are not counted yet. */
  isBehind: boolean;
}

/** Of all journals together. */
export function continuity(followed: readonly (Followed | null)[]): Continuity {
  let sinceMs: number | null = Number.NEGATIVE_INFINITY;
  let isBehind = false;
  for (const one of followed) {
    if (one === null || one.behindSeq === UNKNOWN) return { sinceMs: null, isBehind: true };
    sinceMs = Math.max(sinceMs, one.sinceMs);
    isBehind ||= one.nextSeq < one.behindSeq;
  }
  return { sinceMs, isBehind };
}
