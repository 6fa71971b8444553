import { addLineTokens, deflatePiece, inflatePiece, OTHER, SummaryBuilder, TokenSet } from '../blocks/index.ts';
import type { Part } from '../journal/index.ts';
import { isLabels, labelText, type QuarantinedName, type Refusals, shortName, valuesOf } from '../limits/index.ts';
import { utf8 } from '../shared/bytes.ts';
import { parseJson } from '../shared/json.ts';
import type { Json, JsonObject, LogRecord } from '../wire/record.ts';

/** Different names and values of one batch that are told to the operator's list; the list itself is shorter. */
const MAX_ITEMS = 400;

export interface Quarantined {
  parts: Part[];
  /** Records that lost a name or value to `quarantined`. */
  records: number;
  items: QuarantinedName[];
}

/**
 * Writes the lines of a finished batch again without the names and values that were refused: they go into the attribute `quarantined`, as
 * JSON text, where words find them and no field does. Of a value stays `(other)`. Works on finished parts, because only few batches ever come
 * here: those of a project that is over its limit. A line can double in length (quotes are escaped once more), which what must fit a
 * row allows for: what doubles is ASCII, and a part fits with three bytes a unit.
 */
export function quarantineParts(parts: readonly Part[], refusals: Refusals): Quarantined {
  const items = new Map<string, QuarantinedName>();
  let records = 0;
  const written = parts.map((part) => {
    let changed = 0;
    const summary = new SummaryBuilder();
    let lines = '';
    for (const line of linesOf(part)) {
      const record = parseJson(line) as unknown as LogRecord;
      const refused = quarantineRecord(record, refusals);
      for (const { kind, name, value } of refused) count(items, kind, name, value);
      if (refused.length > 0) changed++;
      summary.add(record.ts, record.level, record.service);
      lines += `${refused.length > 0 ? JSON.stringify(record) : line}\n`;
    }
    records += changed;
    return changed === 0 ? part : rewritten(part, lines, summary);
  });
  return { parts: written, records, items: [...items.values()] };
}

interface Refused {
  kind: 'name' | 'value';
  name: string;
  value: Json;
}

/** Changes the record. */
function quarantineRecord(record: LogRecord, refusals: Refusals): Refused[] {
  const refused: Refused[] = [];
  const { attrs } = record;
  if (refusals.has('l', 'service') || refusals.has(valuesOf('service'), record.service)) {
    refused.push({ kind: 'value', name: 'service', value: record.service });
    record.service = OTHER;
  }
  const labels = Object.hasOwn(attrs, 'labels') ? attrs.labels : undefined;
  if (isLabels(labels) && !refusals.has('n', 'labels')) quarantineLabels(labels, refusals, refused);
  for (const name of Object.keys(attrs)) {
    if (!refusals.has('n', name)) continue;
    refused.push({ kind: 'name', name, value: attrs[name] as Json });
    delete attrs[name];
  }
  if (refused.length === 0) return refused;
  // The client's own attribute of this name keeps it, as everywhere.
  let own = 'quarantined';
  while (Object.hasOwn(attrs, own)) own += '_';
  attrs[own] = asText(refused);
  return refused;
}

function quarantineLabels(labels: JsonObject, refusals: Refusals, refused: Refused[]): void {
  for (const label of Object.keys(labels)) {
    const value = labels[label] as Json;
    if (refusals.has('l', label)) {
      refused.push({ kind: 'name', name: `labels.${label}`, value });
      delete labels[label];
    } else if (refusals.has(valuesOf(shortName(label)), labelText(value))) {
      refused.push({ kind: 'value', name: label, value });
      Object.defineProperty(labels, label, { value: OTHER, enumerable: true, configurable: true, writable: true });
    }
  }
}

/** Written member by member: a name may be one that assignment treats specially, and one may come twice. */
function asText(refused: readonly Refused[]): string {
  return `{${refused.map(({ name, value }) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;
}

function count(items: Map<string, QuarantinedName>, kind: 'name' | 'value', name: string, value: Json): void {
  const shown = kind === 'name' ? null : shortName(labelText(value));
  const key = JSON.stringify([kind, shortName(name), shown]);
  const known = items.get(key);
  if (known) known.records++;
  else if (items.size < MAX_ITEMS) items.set(key, { kind, name: shortName(name), value: shown, records: 1 });
}

function linesOf(part: Part): string[] {
  const raw =
    part.codec === 'raw' ? Buffer.from(part.data) : inflatePiece({ deflated: part.data, rawBytes: part.rawBytes });
  const lines = raw.toString('utf8').split('\n');
  lines.pop(); // each line ends in a newline
  return lines;
}

function rewritten(part: Part, lines: string, summary: SummaryBuilder): Part {
  const raw = utf8(lines);
  const common = { stream: part.stream, summary: summary.build(), rawBytes: raw.byteLength };
  if (part.codec === 'raw') return { ...common, codec: 'raw', data: raw, crc32: 0, tokens: null };
  const tokens = new TokenSet();
  addLineTokens(tokens, lines);
  const { deflated, crc32 } = deflatePiece(raw);
  return { ...common, codec: 'deflate', data: deflated, crc32, tokens: tokens.toBytes() };
}
