import { isPackage } from '../errors/index.ts';
import type { OriginalFrame, StackFrame } from '../wire/error-groups.ts';
import type { SourceMap } from './map.ts';
import { lookUp, type Segment } from './mappings.ts';

/** Lines before and behind the one that is meant. */
const CONTEXT_LINES = 5;
/** Of a line of source: a longer one is minified itself. */
const MAX_LINE_CHARS = 300;

/** Where a frame is by its map. `calls`: the name at that place; of a call it is what was called. */
export interface Located {
  original: OriginalFrame;
  calls: string | null;
}

/** Looks frames up in the map of their file. Null for each that the map does not know. 'broken' where it cannot be read. */
export function locate(map: SourceMap, frames: readonly StackFrame[]): (Located | null)[] | 'broken' {
  // Stacks count from 1, maps from 0; a frame without a column is at the beginning of its line.
  const wanted = frames.map(({ line, column }) => ({ line: (line ?? 0) - 1, column: Math.max(0, (column ?? 1) - 1) }));
  const segments = lookUp(map.mappings, wanted);
  if (segments === 'broken') return segments;
  return segments.map((segment) => (segment === null ? null : located(map, segment)));
}

function located(map: SourceMap, { source, line, column, name }: Segment): Located | null {
  const file = map.sources[source];
  if (file === undefined || file === null) return null;
  const original = { function: null, file: resolved(map.sourceRoot, file), line: line + 1, column: column + 1 };
  const content = map.sourcesContent[source] ?? null;
  const context = content === null ? [] : contextOf(content, line);
  return { original: { ...original, context }, calls: name === null ? null : (map.names[name] ?? null) };
}

function resolved(root: string, source: string): string {
  const isWhole = root === '' || source.startsWith('/') || source.includes('://');
  return isWhole ? source : `${root.endsWith('/') ? root : `${root}/`}${source}`;
}

/** Lines around one, which counts from 0. */
function contextOf(content: string, line: number): OriginalFrame['context'] {
  const context: OriginalFrame['context'] = [];
  let start = 0;
  for (let number = 0; number <= line + CONTEXT_LINES; number++) {
    const end = content.indexOf('\n', start);
    const stop = end < 0 ? content.length : end;
    if (number >= line - CONTEXT_LINES) {
      const text = content.slice(start, Math.min(stop, start + MAX_LINE_CHARS)).replace(/\r$/, '');
      context.push({ line: number + 1, text: text.toWellFormed() });
    }
    if (end < 0) break;
    start = end + 1;
  }
  // The map says a line that its source does not have.
  return context.some((shown) => shown.line === line + 1) ? context : [];
}

/**
 * Frames with where they are by their maps. A function is called by the name that its caller uses, which is what the place of the frame below says;
 * where that is not known, by the name at its own place. Code of packages is not the application's, whichever bundle it is in.
 */
export function withOriginals(frames: readonly StackFrame[], found: readonly (Located | null)[]): StackFrame[] {
  return frames.map((frame, i) => {
    const own = found[i];
    if (!own) return frame;
    const called = found[i + 1]?.calls ?? own.calls;
    return {
      ...frame,
      inApp: frame.inApp && !isPackage(own.original.file),
      original: { ...own.original, function: called },
    };
  });
}
