import { anyOf, needOfText, type TokenNeed } from '../../../query/index.ts';
import type { PersonIdentity } from '../../../wire/compliance.ts';
import { formsOf } from './person.ts';

/** As JSON writes numbers (RFC 8259). */
const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
/** Its small form depends on what stands behind it, and the index has the form of its own text. */
const GREEK_SIGMA = /[σςΣ]/;

/** The words that a block must have to name the person, as searches have them; null where nothing is known, and every block is looked at. */
export function needOf({ userIds, sessionIds, identifiers }: PersonIdentity): TokenNeed | null {
  const texts = [...userIds, ...sessionIds, ...formsOf(identifiers)];
  return anyOf(texts.map((text) => (GREEK_SIGMA.test(text) ? null : needOfValue(text))));
}

/** A number of many digits is stored with all of them, and indexed as every reader sees it: as the nearest double (ingest/normalise.ts). */
function needOfValue(text: string): TokenNeed | null {
  const own = needOfText(text);
  const asDouble = NUMBER.test(text) ? String(Number(text)) : text;
  return asDouble === text ? own : anyOf([own, needOfText(asDouble)]);
}
