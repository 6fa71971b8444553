import { normaliseMessage } from '../../errors/index.ts';

/** Categories are values of a label; longer ones tell nobody more. */
const MAX_REASON_CHARS = 128;
/** A status is a category, whatever names it: `HTTP 503`, `status code 502`. */
const STATUS = /(?<=\b(?:http|status|code)[ :=]{1,3})[1-5]\d\d\b/gi;
/** Stand for the digits of a status while numbers are taken out: private use, so that no text has them for anything else. */
const FIRST_SIGN = 0xe000;
const SIGNS = /[\ue000-\ue009]/g;

/** Why an operation failed, as something that can be counted: the reason without what differs from one failure to the next. A code stays what it is. */
export function categoryOf(reason: string): string {
  const text = reason.trim();
  return (isCode(text) ? text : sentenceOf(text)).slice(0, MAX_REASON_CHARS).toWellFormed();
}

/** One word, without anything as long as an id: `insufficient_funds`, `E1042`, `51`, `card.declined`. */
function isCode(text: string): boolean {
  return /^[\w.:-]{1,48}$/.test(text) && !/\d{5}/.test(text) && !/(?:[\da-f]{4,}-){2}/i.test(text);
}

function sentenceOf(text: string): string {
  const kept = text.replace(SIGNS, '').replace(STATUS, (status) => status.replace(/\d/g, signOf));
  return normaliseMessage(kept).replace(SIGNS, (sign) => String(sign.charCodeAt(0) - FIRST_SIGN));
}

function signOf(digit: string): string {
  return String.fromCharCode(FIRST_SIGN + Number(digit));
}
