import { fromBase64Url, toBase64Url, utf8 } from '../shared/bytes.ts';
import type { Anomaly, AnomalyPage } from '../wire/operations.ts';
import type { FoundAnomalies } from './find.ts';

/** Where an anomaly stands in a list: newest first, of one hour the farthest out first, equal ones by their series. */
export interface Place {
  ts: number;
  score: number;
  key: string;
}

export function placeOf({ stream, name, stat, label, ts, score }: Anomaly): Place {
  const key = JSON.stringify([stream, name, stat, label?.name ?? null, label?.value ?? null]);
  return { ts, score: Math.abs(score), key };
}

export function comparePlaces(a: Place, b: Place): number {
  return b.ts - a.ts || b.score - a.score || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
}

export function pageOf({ items, complete }: FoundAnomalies, after: Place | null, limit: number): AnomalyPage {
  const left = after === null ? items : items.filter((item) => comparePlaces(after, placeOf(item)) < 0);
  const page = left.slice(0, limit);
  const last = page.at(-1);
  return { items: page, nextCursor: left.length > limit && last ? encodePlace(placeOf(last)) : null, complete };
}

function encodePlace({ ts, score, key }: Place): string {
  return toBase64Url(utf8(JSON.stringify([ts, score, key])));
}

/** Null for what encodePlace did not write. */
export function decodePlace(text: string): Place | null {
  const match = /^\[(\d{1,16}),(\d+(?:\.\d+)?(?:e[+-]?\d+)?),("(?:[^"\\]|\\.)*")\]$/.exec(
    new TextDecoder().decode(fromBase64Url(text) ?? new Uint8Array(0)),
  );
  const [, ts, score, key] = match ?? [];
  if (ts === undefined || score === undefined || key === undefined) return null;
  try {
    return { ts: Number(ts), score: Number(score), key: JSON.parse(key) as string };
  } catch (cause) {
    if (cause instanceof SyntaxError) return null;
    throw cause;
  }
}
