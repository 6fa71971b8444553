import { MAX_LABEL_NAMES, MAX_PROJECT_LIMITS } from '../wire/limits.ts';
import type { Json, JsonObject } from '../wire/record.ts';
import { type SetKey, shortName, valuesOf } from './names.ts';

/** Of one batch. What has more names or values than a project can be allowed is over the limit, whatever the rest is called. */
const MAX_SEEN_NAMES = MAX_PROJECT_LIMITS.attributeNames;
const MAX_SEEN_VALUES = MAX_PROJECT_LIMITS.labelValues;
const MAX_SEEN_LABELS = 2 * MAX_LABEL_NAMES;

/**
 * The different attribute names and label values of one batch. It knows no project and no limit, so that it costs one look into a Set per
 * attribute of a record; all of them are then held against what the project has, once a batch.
 */
export class SeenNames {
  /** Sets that have more than was kept of them. */
  readonly overflowed = new Set<SetKey>();
  readonly #names = new Set<string>();
  readonly #values = new Map<string, Set<string>>();
  #valueCount = 0;
  #lastService: string | null = null;

  record(service: string, attrs: JsonObject | null): void {
    if (service !== this.#lastService) {
      this.#lastService = service;
      this.#value('service', service);
    }
    if (attrs === null) return;
    // Parsed objects inherit nothing that would be listed; a list of names made for each record costs twice as much as looking them all up.
    for (const name in attrs) if (!this.#names.has(name)) this.#addName(name);
    const labels = Object.hasOwn(attrs, 'labels') ? attrs.labels : null;
    if (!isLabels(labels)) return;
    for (const label of Object.keys(labels)) this.#value(label, labelText(labels[label] as Json));
  }

  /** Label names come before the values of labels: of a label that is refused no value needs to be asked for. */
  *sets(): Generator<[SetKey, ReadonlySet<string>]> {
    if (this.#names.size > 0) yield ['n', this.#names];
    yield ['l', new Set(this.#values.keys())];
    for (const [label, values] of this.#values) yield [valuesOf(label), values];
  }

  has(set: SetKey, name: string): boolean {
    if (set === 'n') return this.#names.has(name);
    if (set === 'l') return this.#values.has(name);
    return this.#values.get(set.slice(2))?.has(name) ?? false;
  }

  #addName(name: string): void {
    const short = shortName(name);
    if (this.#names.size < MAX_SEEN_NAMES) this.#names.add(short);
    else if (!this.#names.has(short)) this.overflowed.add('n');
  }

  #value(label: string, value: string): void {
    const name = shortName(label);
    let values = this.#values.get(name);
    if (!values) {
      if (this.#values.size >= MAX_SEEN_LABELS) {
        this.overflowed.add('l');
        return;
      }
      values = new Set();
      this.#values.set(name, values);
    }
    if (values.has(value)) return;
    const short = shortName(value);
    if (values.has(short)) return;
    if (this.#valueCount < MAX_SEEN_VALUES) {
      values.add(short);
      this.#valueCount++;
    } else {
      this.overflowed.add(valuesOf(name));
    }
  }
}

export function isLabels(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);
}

/** A label's value as text: what counts as one. */
export function labelText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
