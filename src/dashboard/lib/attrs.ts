import type { JsonObject, LogRecord } from '../../wire/record.ts';

/** A text or number of `attrs`; null where there is none, or something else. */
export function textAttr(attrs: JsonObject, name: string): string | null {
  const value = attrs[name];
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}

export function numberAttr(attrs: JsonObject, name: string): number | null {
  const value = attrs[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

export function labelOf(record: Pick<LogRecord, 'attrs'>, label: string): string | null {
  const labels = record.attrs.labels;
  return typeof labels === 'object' && labels !== null && !Array.isArray(labels) ? textAttr(labels, label) : null;
}
