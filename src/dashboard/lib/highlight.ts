export interface Piece {
  text: string;
  hit: boolean;
}

/** Cuts a text at every place where one of the words stands, without regard to case. */
export function pieces(text: string, words: readonly string[]): Piece[] {
  if (words.length === 0) return [{ text, hit: false }];
  const pattern = words
    .toSorted((a, b) => b.length - a.length)
    .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('|');
  const out: Piece[] = [];
  let last = 0;
  for (const match of text.matchAll(new RegExp(pattern, 'giu'))) {
    if (match[0] === '') continue;
    if (match.index > last) out.push({ text: text.slice(last, match.index), hit: false });
    out.push({ text: match[0], hit: true });
    last = match.index + match[0].length;
  }
  if (last < text.length) out.push({ text: text.slice(last), hit: false });
  return out;
}
