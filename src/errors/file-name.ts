/**
 * The last segment of a URL or path without what a build adds to it, so that a release does not make every error a new one: content hashes, numbers of
 * chunks, versions. `https://a.example/js/app.3f2a1bc9.js` and `/js/app-BqZ3k1aW.js` are both `app.js`.
 */
export function stableFileName(file: string): string {
  if (file.startsWith('blob:')) return 'blob';
  const name = file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
  const dot = name.lastIndexOf('.');
  // A page's own script: `https://a.example/checkout` and `https://a.example/`.
  if (dot <= 0) return name === '' ? '/' : stableStem(name);
  return `${stableStem(name.slice(0, dot))}${name.slice(dot).toLowerCase()}`;
}

const NOTHING_BUT_HASH = '<hash>';
/** Rollup and Vite: `[name]-[hash]` with 8 characters of base64url, a dash or underscore perhaps among them. */
const ROLLUP_HASH_CHARS = 8;

function stableStem(stem: string): string {
  const cut = stem.length - ROLLUP_HASH_CHARS - 1;
  const tail = stem.slice(cut + 1);
  const isRollup = cut > 0 && stem[cut] === '-' && isDrawn(tail);
  const parts = (isRollup ? stem.slice(0, cut) : stem).split('.').flatMap((part) => {
    const words = part.split('-');
    while (words.length > 0 && isHash(words.at(-1) ?? '')) words.pop();
    return words.length === 0 ? [] : [words.join('-')];
  });
  return parts.length === 0 ? NOTHING_BUT_HASH : parts.join('.');
}

/** A dash or underscore within may leave parts too short to look like a hash; a digit beside a capital does. */
function isDrawn(tail: string): boolean {
  return /^[\w-]+$/.test(tail) && ((/\d/.test(tail) && /[A-Z]/.test(tail)) || tail.split(/[-_]/).some(isHash));
}

/** Numbers of any length, hexadecimal from 6 characters on, and what looks drawn by lot from 6 characters on. */
function isHash(part: string): boolean {
  if (part === '') return false;
  if (/^\d+$/.test(part)) return true;
  if (part.length < 6 || !/^\w+$/.test(part)) return false;
  const hasDigit = /\d/.test(part);
  if (hasDigit && /^[0-9a-f]+$/i.test(part)) return true;
  // A word with a number behind it: bootstrap5, utf8, step12.
  if (/^[A-Za-z]+\d{1,2}$/.test(part) && isWords(part.replace(/\d+$/, ''))) return false;
  return hasDigit ? /[A-Za-z]/.test(part) && !part.includes('_') : part.length >= ROLLUP_HASH_CHARS && !isWords(part);
}

/** Words as people write them: lower case, capitals, or camelCase with humps of at least three letters. `DfGkAbXz` is none. */
function isWords(text: string): boolean {
  if (text.includes('_')) return text.split('_').every((word) => word === '' || isWords(word));
  return /^(?:[A-Z]+|[A-Z]?[a-z]+|[A-Z]?[a-z]{2,}(?:[A-Z][a-z]{2,})+)$/.test(text);
}
