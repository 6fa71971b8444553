import type { Condition, RulePreview } from '../../../../wire/alerts.ts';
import { colorAt, type Limit, type LineData, valuesAt } from '../../../components/chart/lines.ts';
import type { Note } from '../../../components/chart/notes.ts';
import { plural } from '../../../lib/format.ts';
import { inUnit } from '../../../lib/units.ts';
import { unitOf } from '../rule-words.ts';

/** A line for each group that came near. */
export function previewLines({ series, stepMs }: RulePreview, condition: Condition): LineData {
  const times = [...new Set(series.flatMap(({ points }) => points.map(({ ts }) => ts)))].toSorted((a, b) => a - b);
  return {
    ...{ unit: unitOf(condition), times, stepMs },
    lines: series.map(({ group, points }, i) => ({
      ...{ id: group, label: group === '' ? 'value' : group, color: colorAt(i) },
      values: valuesAt(
        times,
        points.map(({ ts, value }) => [ts, value]),
      ),
    })),
  };
}

/** When it would have fired, as fields of the chart. What still fires goes on to the end. */
export function firingSpans({ firings, toMs }: RulePreview): Note[] {
  return firings.map(({ group, firedAtMs, resolvedAtMs }) => ({
    ...{ fromMs: firedAtMs, toMs: resolvedAtMs ?? toMs },
    text: group === '' ? 'fires' : `fires for ${group}`,
  }));
}

export function limitOf({ threshold, comparison }: RulePreview, condition: Condition): Limit | null {
  if (threshold === null) return null;
  return { value: threshold, word: `threshold: ${comparison} ${inUnit(threshold, unitOf(condition))}` };
}

/** The answer of a preview in a sentence. */
export function previewHeadline({ firings }: RulePreview): string {
  if (firings.length === 0) return 'Would not have fired in the last week';
  const times = firings.length === 1 ? 'once' : plural(firings.length, 'time');
  return `Would have fired ${times} in the last week`;
}
