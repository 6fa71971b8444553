import { type Edge, scrubAttrs } from '../edge/index.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { JsonObject, Stream } from '../wire/record.ts';
import type { Refusal } from './normalise.ts';
import { browserLabels } from './shape/browser-labels.ts';
import { shapeError } from './shape/error.ts';
import { shapeOperation } from './shape/operation.ts';
import { shapeVital } from './shape/vital.ts';

/** A record as it came, as far as its stream's shape is made of it. */
export interface Unshaped {
  stream: Stream;
  message: string;
  type: string | null;
  /** Fields that the envelope does not know are among them. Never changed: a shape is a new object. */
  attrs: JsonObject;
  /** Where an attribute stood in what was sent: `/attrs/duration`, or `/duration`. A path inside of it may follow the name. */
  at: (name: string) => string;
}

/** What a record is stored with. */
export interface Shaped {
  attrs: JsonObject;
  /** Of an error its class, wherever its sender put it; null where there is none, and of other streams. */
  type: string | null;
}

/** Streams whose records have a shape; those of the others cost one look into this set. */
const SHAPED: ReadonlySet<Stream> = new Set<Stream>(['vitals', 'operations', 'errors']);

/** What the ledger says of a record that a crawler sent. */
const CRAWLER: Refusal = { pointer: '', reason: 'bot: its sender says that it is a crawler' };

/** Whatever a browser sends has one: its labels. */
export function hasShape(stream: Stream, { browser }: Edge): boolean {
  return browser !== null || SHAPED.has(stream);
}

/**
 * The attributes of a record as they are stored: what the sender wrote, and beside it what its stream is summed up by, under the names that are
 * ours. A value that is there and wrong is a refusal; a record that lacks what its stream is about stays as it is, and no rollup knows it. Of what a
 * browser sends, addresses are scrubbed first, and its labels are there before its stream's own shape is made.
 */
export function shape(record: Unshaped, edge: Edge): Result<Shaped, Refusal> {
  let { attrs } = record;
  if (edge.browser !== null) {
    if (edge.browser.isCrawler && edge.rules.dropBots) return err(CRAWLER);
    attrs = scrubAttrs(attrs, edge.rules);
    const labels = browserLabels(attrs, edge, record.at);
    if (!labels.ok) return labels;
    attrs = { ...attrs, labels: labels.value };
  }
  switch (record.stream) {
    case 'vitals':
      return untyped(shapeVital(attrs, edge, record.at));
    case 'operations':
      return untyped(shapeOperation(attrs, record.at));
    case 'errors':
      return shapeError({ ...record, attrs }, edge);
    default:
      return ok({ attrs, type: null });
  }
}

function untyped(attrs: Result<JsonObject, Refusal>): Result<Shaped, Refusal> {
  return attrs.ok ? ok({ attrs: attrs.value, type: null }) : attrs;
}
