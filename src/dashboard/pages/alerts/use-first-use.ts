import { useState } from 'preact/hooks';

/**
 * True from when nothing was there until `end` is called, and not only while nothing is: whoever adds the first rule may want a second, and the command that
 * makes one fire. `isEmpty` is null while it is not known.
 */
export function useFirstUse(isEmpty: boolean | null): { isFirst: boolean; end: () => void } {
  const [state, setState] = useState<'unknown' | 'first' | 'over'>('unknown');
  const now = state === 'unknown' && isEmpty !== null ? (isEmpty ? 'first' : 'over') : state;
  if (now !== state) setState(now);
  return { isFirst: now === 'first', end: () => setState('over') };
}
