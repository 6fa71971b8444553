import type { Edge } from '../../edge/index.ts';
import { describeError, type Frame } from '../../errors/index.ts';
import { ok, type Result } from '../../shared/result.ts';
import { MAX_ATTRS_DEPTH, MAX_ATTRS_PROPERTIES } from '../../wire/limits.ts';
import type { Json, JsonObject } from '../../wire/record.ts';
import type { Refusal } from '../normalise.ts';
import type { Shaped, Unshaped } from '../shape.ts';
import { browserLabels } from './browser-labels.ts';
import { objectOf } from './values.ts';

/** Of a frame as attributes: its place in the array, and its five fields. */
const PROPERTIES_PER_FRAME = 6;
/** `frames`, `labels` and the labels that browserLabels may add. */
const OTHER_PROPERTIES = 16;

/**
 * A record of stream `errors`: `frames` and `labels`, the fingerprint of its group among them (docs/errors-and-sessions.md). A record that says
 * nothing of an error stays as it is.
 */
export function shapeError({ message, type, attrs, at }: Unshaped, edge: Edge): Result<Shaped, Refusal> {
  const error = describeError({ message, type, attrs });
  if (error === null) return ok({ attrs, type: null });
  const labels = labelsOf(attrs, edge, at);
  if (!labels.ok) return labels;
  const shaped: JsonObject = {
    ...attrs,
    // What a sender calls frames stays as it is, and is read by its own names.
    ...(Object.hasOwn(attrs, 'frames') ? {} : { frames: fitting(error.frames, attrs) }),
    labels: { ...labels.value, fingerprint: error.fingerprint },
  };
  return ok({ attrs: shaped, type: error.type });
}

/** Those of a browser's record are made already. */
function labelsOf(attrs: JsonObject, edge: Edge, at: Unshaped['at']): Result<JsonObject, Refusal> {
  const made = edge.browser === null ? null : objectOf(attrs.labels);
  return made === null ? browserLabels(attrs, edge, at) : ok(made);
}

/** As many as the record has room for, which must not be refused for what we add to it. */
function fitting(frames: readonly Frame[], attrs: JsonObject): Json {
  const room = MAX_ATTRS_PROPERTIES - OTHER_PROPERTIES - countProperties(attrs);
  return frames
    .slice(0, Math.max(0, Math.floor(room / PROPERTIES_PER_FRAME)))
    .map((frame): JsonObject => ({ ...frame }));
}

/** No further than it matters: what has more, or is nested deeper, is refused for itself. */
function countProperties(value: Json, before = 0, depth = 1): number {
  if (typeof value !== 'object' || value === null || JSON.isRawJSON(value) || depth > MAX_ATTRS_DEPTH) return before;
  let count = before;
  for (const item of Object.values(value)) {
    if (++count > MAX_ATTRS_PROPERTIES) return count;
    count = countProperties(item, count, depth + 1);
  }
  return count;
}
