import { computed, signal } from '@preact/signals';
import { parseRange, type Range, rangeParams, resolveRange, type Span } from '../lib/range.ts';
import { now } from './clock.ts';
import { go, hrefOf, place, setParams } from './route.ts';

const refreshes = signal(0);

/** What makes another question of the page. Opening a record or wrapping lines does not. */
const QUESTION = ['range', 'from', 'to', 'q', 'stream'] as const;
const question = computed(() => {
  const { path, params } = place.value;
  return JSON.stringify([path, ...QUESTION.map((name) => params.get(name))]);
});

export const range = computed<Range>(() => {
  question.value;
  return parseRange(place.peek().params);
});

/**
 * The range in milliseconds, fixed until somebody asks something new or refreshes: every part of a page asks about the
 * same time, and "the last hour" of a new search ends now, not when the page was opened.
 */
export const span = computed<Span>(() => {
  question.value;
  refreshes.value;
  return resolveRange(range.value, now());
});

export function refresh(): void {
  refreshes.value++;
}

/** Live and Logs are one search seen two ways: choosing live while reading logs goes there, choosing a time comes back. */
export function setRange(next: Range): void {
  const change = { ...rangeParams(next), record: null };
  const path = place.value.path;
  if (next.kind === 'live' && path === '/logs') go(hrefOf('/live', { record: null }));
  else if (next.kind !== 'live' && path === '/live') go(hrefOf('/logs', change));
  else setParams(change);
  if (next.kind === 'preset') refresh();
}

/** Makes what has just arrived visible: in a time that is over there is nothing new. */
export function showArrivals(): void {
  if (range.value.kind === 'fixed' && span.value.toMs < now()) setRange({ kind: 'preset', id: '1h' });
  else refresh();
}
