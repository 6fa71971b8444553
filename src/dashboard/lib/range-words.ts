import { lastWords, presetOf, type Range } from './range.ts';

/** "in the last 3 hours": the end of a sentence about the range of the page. */
export function inRangeWords(range: Range): string {
  if (range.kind === 'live') return 'in the last 15 min';
  const preset = range.kind === 'preset' ? presetOf(range.id) : null;
  return preset ? `in the ${lastWords(preset)}` : 'in this time';
}
