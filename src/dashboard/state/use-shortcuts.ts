import { useLayoutEffect, useRef } from 'preact/hooks';
import { registerShortcuts, type Shortcut } from './keyboard.ts';

/** Shortcuts of a mounted component. The list's keys must not change while it is mounted; what they do may. */
export function useShortcuts(list: readonly Shortcut[]): void {
  const latest = useRef(list);
  latest.current = list;
  // Before the paint: what can be seen can be used.
  useLayoutEffect(
    () => registerShortcuts(latest.current.map((entry, i) => ({ ...entry, run: () => latest.current[i]?.run() }))),
    [],
  );
}
