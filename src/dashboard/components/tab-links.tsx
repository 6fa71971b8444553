import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { useCurrentInView } from '../state/use-current-in-view.ts';

/** The parts of a page, each with an address of its own. The one that is open is in view, however narrow the window is. */
export function TabLinks({ label, children }: { label: string; children: ComponentChildren }) {
  const bar = useRef<HTMLElement>(null);
  useCurrentInView(bar);
  return (
    <nav ref={bar} class="tabs" aria-label={label}>
      {children}
    </nav>
  );
}
