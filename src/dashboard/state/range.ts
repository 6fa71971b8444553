import { computed, signal } from '@preact/signals';
import { parseRange, type Range, rangeParams, resolveRange, type Span } from '../lib/range.ts';
import { now } from './clock.ts';
import { go, hrefOf, place, setParams } from './route.ts';

const refreshes = signal(0);

const rangeText = computed(() => {
  const params = place.value.params;
  return JSON.stringify([params.get('range'), params.get('from'), params.get('to')]);
});

export const range = computed<Range>(() => {
  rangeText.value;
  return parseRange(place.peek().params);
});

/** The range in milliseconds, fixed until the range changes or somebody refreshes: every part of a page asks about the same time. */
export const span = computed<Span>(() => {
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
