import type { ColumnSource, SchemaElement } from 'hyparquet-writer';
import type { LogRecord } from '../../wire/record.ts';
import { attrsText } from './line-attrs.ts';

/** Of names for tools that know only lower case, in this order in every file. */
const TEXTS = {
  id: 'REQUIRED',
  stream: 'REQUIRED',
  level: 'REQUIRED',
  service: 'REQUIRED',
  message: 'REQUIRED',
  /** JSON text, as it was stored. */
  attrs: 'REQUIRED',
  trace_id: 'OPTIONAL',
  span_id: 'OPTIONAL',
  session_id: 'OPTIONAL',
  user_id: 'OPTIONAL',
  type: 'OPTIONAL',
} as const;

type TextColumn = keyof typeof TEXTS;
const TEXT_COLUMNS = Object.keys(TEXTS) as TextColumn[];

const TS: SchemaElement = {
  name: 'ts',
  type: 'INT64',
  converted_type: 'TIMESTAMP_MILLIS',
  logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
  repetition_type: 'REQUIRED',
};

const text = (name: TextColumn): SchemaElement => ({
  ...{ name, type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  repetition_type: TEXTS[name],
});

const [ID, ...OTHERS] = TEXT_COLUMNS.map(text) as [SchemaElement, ...SchemaElement[]];
export const SCHEMA: SchemaElement[] = [{ name: 'root', num_children: TEXT_COLUMNS.length + 1 }, ID, TS, ...OTHERS];

/** Of these a reader would skip nothing by their least and greatest value, and they can be long. */
const WITHOUT_STATISTICS: ReadonlySet<TextColumn> = new Set(['message', 'attrs']);

/** Records as columns, one row group of a file. */
export class Columns {
  readonly #texts = Object.fromEntries(TEXT_COLUMNS.map((name) => [name, []])) as unknown as Record<
    TextColumn,
    (string | undefined)[]
  >;
  readonly #ts: number[] = [];
  /** Of their lines. */
  chars = 0;

  get rows(): number {
    return this.#ts.length;
  }

  /** A stored line. */
  add(line: string): void {
    const record = JSON.parse(line) as LogRecord;
    const texts = this.#texts;
    texts.id.push(record.id);
    this.#ts.push(record.ts);
    texts.stream.push(record.stream);
    texts.level.push(record.level);
    texts.service.push(record.service);
    texts.message.push(record.message);
    texts.attrs.push(attrsText(line));
    texts.trace_id.push(record.traceId);
    texts.span_id.push(record.spanId);
    texts.session_id.push(record.sessionId);
    texts.user_id.push(record.userId);
    texts.type.push(record.type);
    this.chars += line.length;
  }

  sources(): ColumnSource[] {
    const [id, ...others] = TEXT_COLUMNS.map((name) => {
      return { name, data: this.#texts[name], statistics: !WITHOUT_STATISTICS.has(name) };
    });
    return [id as ColumnSource, { name: TS.name, data: this.#ts }, ...others];
  }
}
