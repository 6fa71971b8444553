import { computed, signal } from '@preact/signals';

export interface Place {
  path: string;
  params: URLSearchParams;
}

function read(): Place {
  return {
    path: window.location.pathname.replace(/(.)\/+$/, '$1'),
    params: new URLSearchParams(window.location.search),
  };
}

/** Where the reader is. Everything that a colleague would need to see the same thing is in it. */
export const place = signal<Place>(read());
export const path = computed(() => place.value.path);

window.addEventListener('popstate', () => {
  place.value = read();
});

export type Change = Record<string, string | null>;

/** The address after a change of parameters; null takes a parameter out. */
export function hrefOf(toPath: string, change: Change = {}, keep: 'all' | 'frame' = 'all'): string {
  const params = new URLSearchParams();
  for (const [name, value] of place.value.params) {
    if (keep === 'all' || FRAME_PARAMS.has(name)) params.set(name, value);
  }
  for (const [name, value] of Object.entries(change)) {
    if (value === null || value === '') params.delete(name);
    else params.set(name, value);
  }
  const search = params.toString();
  return search === '' ? toPath : `${toPath}?${search}`;
}

/** What follows the reader from page to page. */
const FRAME_PARAMS = new Set(['project', 'range', 'from', 'to']);

export function go(href: string, mode: 'push' | 'replace' = 'push'): void {
  if (href === window.location.pathname + window.location.search) return;
  if (mode === 'push') window.history.pushState(null, '', href);
  else window.history.replaceState(null, '', href);
  place.value = read();
}

/** Changes parameters of this page. `replace` for what the back button should not undo step by step. */
export function setParams(change: Change, mode: 'push' | 'replace' = 'push'): void {
  go(hrefOf(place.value.path, change), mode);
}

export function param(name: string): string {
  return place.value.params.get(name) ?? '';
}

/** A part of the path: 0 is the page. '' where there is none. */
export function pathPart(at: number): string {
  const text = place.value.path.split('/')[at + 1] ?? '';
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // typed by hand: it names nothing, and is looked for as it is
  }
}
