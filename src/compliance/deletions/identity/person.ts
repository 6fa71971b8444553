import { isWordUnit } from '../../../blocks/index.ts';
import { parseJson } from '../../../shared/json.ts';
import type { PersonIdentity } from '../../../wire/compliance.ts';
import type { Json } from '../../../wire/record.ts';

/** Names of members that say whose a thing is, at any depth, without regard to case, `_`, `-` and `.`: `userId`, `user_id`, `enduser.id`. */
const USER_MEMBERS = new Set(['userid', 'enduserid']);
const SESSION_MEMBERS = new Set(['sessionid']);

/**
 * Recognises what names a person: a member that says whose it is with one of the ids as its whole value, or an identifier as a whole word, in any string or
 * number. Ids are not looked for in texts: `42` is a user id, and a number in everybody's messages.
 */
export class Person {
  readonly #userIds: ReadonlySet<string>;
  readonly #sessionIds: ReadonlySet<string>;
  /** Folded. */
  readonly #identifiers: readonly string[];
  /** Folded text of which a line that names the person has at least one, as JSON writes it. */
  readonly #needles: readonly string[];

  constructor({ userIds, sessionIds, identifiers }: PersonIdentity) {
    this.#userIds = new Set(userIds);
    this.#sessionIds = new Set(sessionIds);
    this.#identifiers = formsOf(identifiers);
    const all = [...userIds, ...sessionIds, ...this.#identifiers].map((text) =>
      fold(JSON.stringify(text).slice(1, -1)),
    );
    this.#needles = [...new Set(all)];
  }

  /** A line of NDJSON. Most lines that do not name the person are never parsed. */
  isNamedInLine(line: string): boolean {
    return this.mayBeNamedIn(line) && this.isNamedIn(parseJson(line));
  }

  /** False only where no value in this JSON can name the person. */
  mayBeNamedIn(json: string): boolean {
    const folded = fold(json);
    // An escape may stand for any letter of an id.
    return this.#needles.some((needle) => folded.includes(needle)) || folded.includes('\\u') || folded.includes('\\/');
  }

  isNamedIn(value: Json): boolean {
    if (typeof value === 'string') return this.isNamedInText(value);
    if (typeof value === 'number') return this.isNamedInText(String(value));
    if (Array.isArray(value)) return value.some((item) => this.isNamedIn(item));
    if (value === null || typeof value !== 'object') return false;
    // A number that no double can hold.
    if (JSON.isRawJSON(value)) return this.isNamedInText(JSON.stringify(value));
    return Object.entries(value).some(([name, member]) => this.#isOwn(name, member) || this.isNamedIn(member as Json));
  }

  /** An identifier as a whole word. */
  isNamedInText(text: string): boolean {
    if (this.#identifiers.length === 0) return false;
    const folded = fold(text);
    return this.#identifiers.some((identifier) => hasWord(folded, identifier));
  }

  #isOwn(name: string, value: Json | undefined): boolean {
    const isNumber = typeof value === 'number' || JSON.isRawJSON(value);
    const text = isNumber ? JSON.stringify(value) : value;
    if (typeof text !== 'string') return false;
    const plain = name.toLowerCase().replace(/[._-]/g, '');
    if (USER_MEMBERS.has(plain)) return this.#userIds.has(text);
    return SESSION_MEMBERS.has(plain) && this.#sessionIds.has(text);
  }
}

/** A letter with its accent may be one character or two. */
export function formsOf(identifiers: readonly string[]): string[] {
  return [...new Set(identifiers.flatMap((text) => [text.normalize('NFC'), text.normalize('NFD'), text].map(fold)))];
}

/** As the words of the index are (blocks/token.ts), but for sigma, whose small form depends on what stands behind it: `ΝΙΚΟΣ`, `ΝΙΚΟΣ.gr`. */
function fold(text: string): string {
  return text.toLowerCase().replaceAll('ς', 'σ');
}

/**
 * Where an end of the word is no word unit itself, what stands beside it does not matter: `+44…` begins anywhere. An e-mail address is no part of a longer
 * one, which is another person's: `mary.jane@example.com`, `jane@example.com.au`.
 */
function hasWord(text: string, word: string): boolean {
  const isAddress = word.includes('@');
  const [startsInWord, endsInWord] = [isWordAt(word, 0), isWordAt(word, word.length - 1)];
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const end = at + word.length;
    const isCutBefore = startsInWord && (isWordAt(text, at - 1) || (isAddress && isJoined(text, at - 1, '.+', -1)));
    const isCutBehind = endsInWord && (isWordAt(text, end) || (isAddress && isJoined(text, end, '.', 1)));
    if (!isCutBefore && !isCutBehind) return true;
  }
  return false;
}

function isWordAt(text: string, at: number): boolean {
  return at >= 0 && at < text.length && isWordUnit(text.charCodeAt(at));
}

/** One of these characters with a word on its other side. */
function isJoined(text: string, at: number, characters: string, step: 1 | -1): boolean {
  return at >= 0 && at < text.length && characters.includes(text.charAt(at)) && isWordAt(text, at + step);
}
