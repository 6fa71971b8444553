/** A place in the list of deliveries, which is ordered by time of creation, then by number. */
export interface Place {
  createdAtMs: number;
  seq: number;
}

export function cursorOf({ createdAtMs, seq }: Place): string {
  return `${createdAtMs}.${seq}`;
}

/** Null for what is no cursor of this list. */
export function placeOf(cursor: string): Place | null {
  const [, createdAtMs, seq] = /^(\d{1,15})\.(\d{1,15})$/.exec(cursor) ?? [];
  return createdAtMs === undefined || seq === undefined ? null : { createdAtMs: Number(createdAtMs), seq: Number(seq) };
}
