import type { Json, JsonObject } from '../wire/record.ts';
import { isObject, own } from './read.ts';
import { cleanFile, cleanFunction, type Frame, MAX_FRAMES } from './stack/frame.ts';
import { rememberingInApp } from './stack/in-app.ts';

/**
 * `attrs.frames` of a record, ours or a sender's own, under whatever names it has: those of Sentry (`filename`, `lineno`, `colno`, `in_app`) and of
 * stack parsers (`fileName`, `methodName`, `lineNumber`, `columnNumber`) are read, too. What is no frame is left out.
 */
export function framesIn(value: Json | undefined): Frame[] {
  if (!Array.isArray(value)) return [];
  const isInApp = rememberingInApp();
  return value.slice(0, MAX_FRAMES).flatMap((item) => {
    const frame = isObject(item) ? frameOf(item, isInApp) : null;
    return frame === null ? [] : [frame];
  });
}

function frameOf(item: JsonObject, isInApp: (file: string | null) => boolean): Frame | null {
  const called = textIn(item, ['function', 'functionName', 'methodName', 'method']);
  const file = cleanFile(textIn(item, ['file', 'filename', 'fileName', 'abs_path', 'url']));
  if (called === null && file === null) return null;
  const said = [own(item, 'inApp'), own(item, 'in_app')].find((value) => typeof value === 'boolean');
  return {
    function: called === null ? null : cleanFunction(called),
    file,
    line: countIn(item, ['line', 'lineno', 'lineNumber']),
    column: countIn(item, ['column', 'colno', 'columnNumber', 'col']),
    inApp: typeof said === 'boolean' ? said : isInApp(file),
  };
}

function textIn(item: JsonObject, names: readonly string[]): string | null {
  const found = names.map((name) => own(item, name)).find((value) => typeof value === 'string');
  return typeof found === 'string' ? found : null;
}

function countIn(item: JsonObject, names: readonly string[]): number | null {
  const found = names.map((name) => own(item, name)).find((value) => typeof value === 'number');
  return typeof found === 'number' && Number.isSafeInteger(found) && found >= 0 ? found : null;
}
