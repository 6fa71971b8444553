/** One line of a stack, understood; the form of `attrs.frames`. */
export interface Frame {
  /** Null where it has no name. */
  function: string | null;
  /** Without query and fragment. Null for native and anonymous code. */
  file: string | null;
  /** From 1 on. Of wasm 1, with the byte's offset as column, as source maps of wasm count. */
  line: number | null;
  column: number | null;
  inApp: boolean;
}

/** Where a frame is, before it is cleaned. */
export interface Place {
  file: string | null;
  line: number | null;
  column: number | null;
}

/** One line of a stack, before it is cleaned; a function without a name is ''. */
export interface Call {
  function: string;
  place: Place;
}

/** A deeper stack is a recursion, or a framework's: what tells errors apart is at its top. */
export const MAX_FRAMES = 50;
const MAX_FUNCTION_CHARS = 256;
const MAX_FILE_CHARS = 512;

/** How engines call what has no name. */
const NAMELESS: ReadonlySet<string> = new Set([
  ...['', '?', 'null', '(null)', 'undefined', 'anonymous', '(anonymous)', '{anonymous}', '<anonymous>', '<unknown>'],
  ...['<global>', 'Anonymous function', '<anonymous function>', 'global code', 'module code', 'eval code'],
]);
/** How engines call what is no file. */
const FILELESS: ReadonlySet<string> = new Set([
  ...['', 'native', 'native code', '[native code]', '[wasm code]', '<anonymous>', 'anonymous', 'eval code', 'eval'],
  ...['unknown', 'undefined', 'debugger eval code'],
]);

export function cleanFunction(text: string): string | null {
  const name = text.trim();
  return NAMELESS.has(name) ? null : name.slice(0, MAX_FUNCTION_CHARS).toWellFormed();
}

/** A URL or path without what may be secret or differs from load to load: query, fragment, user and password, the text of a data URL. */
export function cleanFile(text: string | null): string | null {
  if (text === null) return null;
  let file = text.trim();
  if (FILELESS.has(file)) return null;
  if (file.startsWith('data:')) return file.slice(0, endOf(file, ';', ',')).slice(0, MAX_FILE_CHARS);
  const host = file.indexOf('://') + 3;
  // Without a scheme it is a path, whose folders may be called c#.
  file = file.slice(0, host > 2 ? endOf(file, '?', '#') : endOf(file, '?'));
  if (host > 2) {
    const path = file.indexOf('/', host);
    const user = file.lastIndexOf('@', path < 0 ? file.length : path);
    if (user >= host) file = file.slice(0, host) + file.slice(user + 1);
  }
  if (file === '') return null;
  // Its end tells files apart.
  return (file.length > MAX_FILE_CHARS ? `…${file.slice(1 - MAX_FILE_CHARS)}` : file).toWellFormed();
}

function endOf(text: string, ...marks: string[]): number {
  return Math.min(text.length, ...marks.map((mark) => text.indexOf(mark)).filter((at) => at >= 0));
}
