/** A block's gzip member in an archive. */
export interface Member<T> {
  /** Whose it is. */
  of: T;
  key: string;
  offset: number;
  bytes: number;
}

/** What one read of R2 takes: members that lie beside each other. */
export interface MemberRange<T> {
  key: string;
  offset: number;
  bytes: number;
  members: Member<T>[];
}

/** Bytes between two members that are read in vain sooner than that another read is made, which costs a round trip and is billed. */
const MAX_GAP_BYTES = 64 * 1024;
/** Packed bytes of one read; a member may be larger, up to MAX_PACKED_BYTES. */
const MAX_RANGE_BYTES = 8 * 1024 * 1024;

/** The fewest reads that give these members, each within its bounds. */
export function joinMembers<T>(members: readonly Member<T>[]): MemberRange<T>[] {
  const inOrder = [...members].sort((a, b) => (a.key === b.key ? a.offset - b.offset : a.key < b.key ? -1 : 1));
  const ranges: MemberRange<T>[] = [];
  for (const member of inOrder) {
    const { key, offset, bytes } = member;
    const last = ranges.at(-1);
    const end = offset + bytes;
    if (
      last?.key === key &&
      offset - (last.offset + last.bytes) <= MAX_GAP_BYTES &&
      end - last.offset <= MAX_RANGE_BYTES
    ) {
      last.bytes = Math.max(last.bytes, end - last.offset);
      last.members.push(member);
    } else {
      ranges.push({ key, offset, bytes, members: [member] });
    }
  }
  return ranges;
}
