import { useMemo } from 'preact/hooks';
import { hiddenIn, hiddenText } from '../lib/hidden-lines.ts';
import { param, setParams } from './route.ts';

const PARAM = 'hide';
const NONE: readonly string[] = [];

/** Lines that the reader has switched off, in the address as `hide`; `initial`, always the same array, where it says nothing. */
export function useHiddenLines(
  initial: readonly string[] = NONE,
): [ReadonlySet<string>, (hidden: ReadonlySet<string>) => void] {
  const text = param(PARAM);
  const hidden = useMemo(() => hiddenIn(text, initial), [text, initial]);
  return [hidden, (next) => setParams({ [PARAM]: hiddenText(next, initial) }, 'replace')];
}
