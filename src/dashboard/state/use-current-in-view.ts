import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';
import { path } from './route.ts';

/** Moves a bar that is wider than its place to the entry of the page that is open. */
export function useCurrentInView(bar: RefObject<HTMLElement | null>): void {
  const at = path.value;
  // biome-ignore lint/correctness/useExhaustiveDependencies: with another page another entry is the current one.
  useEffect(() => {
    const entry = bar.current?.querySelector('[aria-current]');
    if (!bar.current || !entry) return;
    // Not by scrollIntoView, after which the first Tab would begin here and leave out what stands before.
    const { left, right } = entry.getBoundingClientRect();
    const { left: from, right: to } = bar.current.getBoundingClientRect();
    bar.current.scrollLeft += Math.min(0, left - from) + Math.max(0, right - to);
  }, [at]);
}
