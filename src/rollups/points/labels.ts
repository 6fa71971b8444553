import type { JsonObject, LogRecord } from '../../wire/record.ts';
import { isObject } from '../histogram.ts';

/** Longer names are no names; rollups would be stored under them for years. */
const MAX_NAME_CHARS = 256;
const MAX_LABEL_CHARS = 128;
const MAX_VALUE_CHARS = 256;
export const MAX_UNIT_CHARS = 128;
/** Dimensions of a metric in one bucket: of a point with more labels, the first in order of their names. */
export const MAX_DIMENSIONS = 16;
export const OTHER = '(other)';
export const SERVICE = 'service';

/** SQLite ends text at a NUL, and two halves of surrogates are one name to it: neither is worth a row that another one meets. */
export function isName(text: string, maxChars = MAX_NAME_CHARS): boolean {
  return text !== '' && text.length <= maxChars && text.isWellFormed() && !text.includes('\0');
}

/** Whatever labels a record has, the service among them. */
export function labelsOf({ service, attrs }: LogRecord): Map<string, string> {
  const labels = new Map<string, string>();
  if (isObject(attrs.labels)) {
    const names = Object.keys(attrs.labels);
    if (names.length >= MAX_DIMENSIONS) names.sort();
    for (const name of names) {
      if (labels.size === MAX_DIMENSIONS - 1) break;
      const value = attrs.labels[name];
      if (!isName(name, MAX_LABEL_CHARS)) continue;
      if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') continue;
      const text = String(value);
      labels.set(name, text.length > MAX_VALUE_CHARS ? OTHER : text);
    }
  }
  if (!labels.has(SERVICE) && service !== '') labels.set(SERVICE, service);
  return labels;
}

/** Only these labels, of records whose labels are known; the service among them. */
export function labelsAmong({ service, attrs }: LogRecord, names: readonly string[]): Map<string, string> {
  const labels = new Map<string, string>();
  const given: JsonObject = isObject(attrs.labels) ? attrs.labels : {};
  for (const name of names) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (typeof value !== 'string' || value === '') continue;
    labels.set(name, value.length > MAX_VALUE_CHARS ? OTHER : value);
  }
  if (service !== '') labels.set(SERVICE, service);
  return labels;
}
