import { utf8 } from '../shared/bytes.ts';

export const MAX_PAIR_BYTES = 4_096;
export const MAX_ATTRIBUTE_BYTES = 1_024;

export interface Attribute {
  /** As it was written. */
  name: string;
  value: string;
}

/** A `Set-Cookie` line in its parts (RFC 6265bis 5.6), nothing of it judged yet. */
export interface SetCookieLine {
  name: string;
  value: string;
  bytes: number;
  /** In order, without those whose value is too long to be looked at. */
  attributes: Attribute[];
  tooLong: Attribute[];
}

/** Controls but tab: a line with one is ignored whole (5.6, 1). */
export function hasControl(line: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
  return /[\x00-\x08\x0a-\x1f\x7f]/.test(line);
}

export function readSetCookieLine(line: string): SetCookieLine {
  const [pair = '', ...rest] = line.split(';');
  const equals = pair.indexOf('=');
  const name = equals === -1 ? '' : stripped(pair.slice(0, equals));
  const value = stripped(pair.slice(equals + 1));
  const attributes = rest.map(readAttribute).filter(({ name, value }) => name !== '' || value !== '');
  const isTooLong = (attribute: Attribute) => byteLength(attribute.value) > MAX_ATTRIBUTE_BYTES;
  return {
    name,
    value,
    bytes: byteLength(name) + byteLength(value),
    attributes: attributes.filter((attribute) => !isTooLong(attribute)),
    tooLong: attributes.filter(isTooLong),
  };
}

function readAttribute(text: string): Attribute {
  const equals = text.indexOf('=');
  if (equals === -1) return { name: stripped(text), value: '' };
  return { name: stripped(text.slice(0, equals)), value: stripped(text.slice(equals + 1)) };
}

function byteLength(text: string): number {
  return utf8(text).byteLength;
}

/** White space is space and tab, as in the header that comes back (src/shared/cookie-header.ts). */
function stripped(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, '');
}
