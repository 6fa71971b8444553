import { MAX_FILE_CHARS } from './limits.ts';

/**
 * The name under which the map of a generated file is kept: its path without scheme, host, query and what tools put before it (`~/`, `./`), and
 * without the `.map` behind it. Null for what names no file.
 */
export function mapFile(text: string): string | null {
  let file = text.trim();
  const scheme = file.indexOf('://');
  if (scheme >= 0) file = file.slice(file.indexOf('/', scheme + 3) + 1 || file.length);
  file = file.split(/[?#]/, 1)[0] ?? '';
  file = file.replaceAll('\\', '/').replace(/^(?:~\/|\.{0,2}\/)+/, '');
  if (file.endsWith('.map')) file = file.slice(0, -'.map'.length);
  const isName = file !== '' && file.length <= MAX_FILE_CHARS && file.isWellFormed() && !file.includes('\0');
  return isName ? file : null;
}

/** More folders than addresses have; each is one more name to look for. */
const MAX_NAMES = 12;

/** Names that the map of a frame's file may have, the most exact first: `a/b/app.js`, `b/app.js`, `app.js`. */
export function possibleNames(file: string): string[] {
  const path = mapFile(file);
  if (path === null) return [];
  const parts = path.split('/');
  const first = Math.max(0, parts.length - MAX_NAMES);
  return parts.slice(first).map((_, i) => parts.slice(first + i).join('/'));
}
