import type { Edge } from '../../edge/index.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { JsonObject } from '../../wire/record.ts';
import { isVital, ratingOf, type VitalName } from '../../wire/vitals.ts';
import type { Refusal } from '../normalise.ts';
import { browserLabels } from './browser-labels.ts';
import { numberOf, own } from './values.ts';

/** A day, in ms: no page takes longer to show something, and a larger number would be all that an average says. */
const MAX_VALUE = 86_400_000;

/**
 * A record of stream `vitals`: `name`, `value`, `rating` and `labels`, whatever its sender calls them. The rating is ours: two versions of the
 * library that rate a value differently would otherwise be added up. Of another name than VITALS it is no vital, and stays as it is.
 */
export function shapeVital(attrs: JsonObject, edge: Edge, at: (name: string) => string): Result<JsonObject, Refusal> {
  const name = vitalName(attrs);
  if (name === null) return ok(attrs);
  const value = numberOf(own(attrs, 'value'));
  if (value === null || value < 0 || value > MAX_VALUE)
    return err({ pointer: at('value'), reason: `must be a number from 0 to ${MAX_VALUE} for a vital` });
  const vital = { ...attrs, name, value, rating: ratingOf(name, value) };
  if (edge.browser !== null) return ok(vital);
  const labels = browserLabels(attrs, edge, at);
  return labels.ok ? ok({ ...vital, labels: labels.value }) : labels;
}

function vitalName(attrs: JsonObject): VitalName | null {
  for (const key of ['name', 'metric']) {
    const said = own(attrs, key);
    const name = typeof said === 'string' ? said.trim().toUpperCase() : '';
    if (isVital(name)) return name;
  }
  return null;
}
