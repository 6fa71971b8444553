import type { RefObject } from 'preact';
import { useRef } from 'preact/hooks';
import { useShortcuts } from '../state/use-shortcuts.ts';

interface RowKeysProps {
  body: RefObject<HTMLTableSectionElement | null>;
  /** What the first control of a row does, such as "Only this page". */
  label: string;
}

/** `j` and `k` walk over the first control of each row, which Enter presses. Once on a page. */
export function RowKeys({ body, label }: RowKeysProps) {
  const last = useRef<HTMLElement | null>(null);
  const move = (step: number) => {
    const controls = [...(body.current?.rows ?? [])].flatMap(
      (row) => row.querySelector<HTMLElement>('button, a') ?? [],
    );
    const from = last.current === null ? -1 : controls.indexOf(last.current);
    const next = controls[Math.max(0, Math.min(controls.length - 1, from + step))];
    if (!next) return;
    last.current = next;
    next.focus();
    next.scrollIntoView({ block: 'nearest' });
  };
  useShortcuts([
    { keys: 'j', label: 'Next row', group: 'Lists', run: () => move(1) },
    { keys: 'k', label: 'Previous row', group: 'Lists', run: () => move(-1) },
    { keys: 'Enter', label, group: 'Lists', run: () => last.current?.isConnected && last.current.click() },
  ]);
  return null;
}
