import type { ComponentChildren } from 'preact';
import { go } from '../state/route.ts';

interface LinkProps {
  href: string;
  class?: string;
  label?: string;
  title?: string;
  current?: boolean;
  /** -1 where the keyboard gets there another way, as in a row that Enter opens. */
  tabIndex?: number;
  children: ComponentChildren;
}

/** A real link, so that it opens in a new tab like any other; a plain click stays inside the page. */
export function Link({ href, label, title, current = false, children, ...rest }: LinkProps) {
  const follow = (event: MouseEvent) => {
    if (!isPlainClick(event)) return;
    event.preventDefault();
    go(href);
  };
  return (
    <a
      {...rest}
      href={href}
      onClick={follow}
      {...(label ? { 'aria-label': label } : {})}
      {...(title ? { title } : {})}
      {...(current ? { 'aria-current': 'page' as const } : {})}
    >
      {children}
    </a>
  );
}

/** Other clicks are the browser's: they open tabs and windows, and mark text. */
export function isPlainClick({ button, ctrlKey, metaKey, shiftKey, altKey }: MouseEvent): boolean {
  return button === 0 && !ctrlKey && !metaKey && !shiftKey && !altKey;
}
