/** A longer segment is no name that anybody gave. */
const MAX_SEGMENT_CHARS = 80;

const EMAIL = /[^\s@/]@[^\s@/]+\.[^\s@/]/;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;
/** ISO 8601 with or without a time, months, and days as Europeans and Americans write them. */
const DATE =
  /(?<!\d)(?:(?:19|20)\d\d[-_.](?:0?[1-9]|1[0-2])(?:[-_.](?:0?[1-9]|[12]\d|3[01]))?|(?:0?[1-9]|[12]\d|3[01])[-_.](?:0?[1-9]|[12]\d|3[01])[-_.](?:19|20)\d\d)(?!\d)/;
/** Digits and what numbers are written with: ids, versions, coordinates, ranges. */
const NUMBER = /^[+-]?\d[\d.,:+-]*$/;
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/i;
const HEX = /^(?:0x)?[0-9a-f]{8,}$/i;
/** Within a longer segment: the hash in `app.3f2a9c1b8d7e6f50`. */
const HEX_PART = /(?<![0-9a-z])[0-9a-f]{16,}(?![0-9a-z])/i;
/** Four digits in a row are an id, unless they are a year. */
const ID_DIGITS = /(?<!\d)(?!(?:19|20)\d\d(?!\d))\d{4,}/;
const EXTENSION = /^(.+)(\.[a-z][a-z0-9]{1,4})$/i;
/** Nearly all that are names, told at once. */
const PLAIN = /^[a-z][a-z_-]{0,40}$/;
const PLACEHOLDER = /^(?::\w{1,40}(?:\.[a-z][a-z0-9]{1,4})?|\*)$/i;

/**
 * What stands for one decoded segment of a path: itself where it reads like a name (`checkout`, `en-US`, `v2`, `how-to-cook-10-dishes`), else what kind of
 * value it is. Applied to its own answer it changes nothing.
 */
export function segmentName(segment: string): string {
  if (PLAIN.test(segment) && !HEX.test(segment)) return segment;
  if (PLACEHOLDER.test(segment)) return segment;
  if (EMAIL.test(segment)) return ':email';
  if (segment.length > MAX_SEGMENT_CHARS) return ':token';
  const [, stem = segment, extension = ''] = EXTENSION.exec(segment) ?? [];
  const kind = kindOf(stem);
  if (kind !== null) return kind + extension;
  return kindOf(segment) ?? segment;
}

function kindOf(text: string): string | null {
  if (UUID.test(text)) return ':id';
  if (DATE.test(text)) return ':date';
  if (NUMBER.test(text) || ULID.test(text) || HEX.test(text) || HEX_PART.test(text) || ID_DIGITS.test(text))
    return ':id';
  return isToken(text) ? ':token' : null;
}

const MIN_TOKEN_CHARS = 8;

/**
 * Chance text: letters and digits that take turns, or capitals all over (`dQw4w9WgXcQ`), in a piece long enough or in most of a text, as base64 is cut
 * into pieces by its own `-` and `_`. `covid19-vaccination` and `getUserProfile` are none.
 */
function isToken(text: string): boolean {
  if (text.length < MIN_TOKEN_CHARS) return false;
  let odd = 0;
  for (const piece of text.split(/[^\p{L}\p{N}]+/u)) {
    if (turns(piece) < 3 && capitals(piece) * 5 < piece.length) continue;
    if (piece.length >= MIN_TOKEN_CHARS) return true;
    odd += piece.length;
  }
  return odd * 2 > text.length;
}

/** Where a letter follows a digit or a digit a letter. */
function turns(piece: string): number {
  return piece.match(/(?<=\p{L})\p{N}|(?<=\p{N})\p{L}/gu)?.length ?? 0;
}

/** Capitals that begin no word: in a name at most every fifth letter does. Short pieces are names of products. */
function capitals(piece: string): number {
  return piece.length < 12 ? 0 : (piece.match(/(?<=\p{Ll})\p{Lu}/gu)?.length ?? 0);
}
