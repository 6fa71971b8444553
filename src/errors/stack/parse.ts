import { type Call, cleanFile, cleanFunction, type Frame, MAX_FRAMES, type Place } from './frame.ts';
import { rememberingInApp } from './in-app.ts';
import { beginsAsPlace, hasScheme, NOWHERE, placeOf } from './location.ts';
import { operaPlaces } from './opera.ts';

/** What is read of a stack: 50 frames of 300 characters. */
const MAX_STACK_CHARS = 16 * 1024;
/** Of a longer line only both ends count: the function before, the place behind. In between is the text of a data URL. */
const MAX_LINE_CHARS = 2_048;
/** Of one line, addresses with an `@` such as `https://cdn.example/vue@3/vue.js` among them. */
const MAX_ATS = 16;

/**
 * The frames of a stack as engines write it: V8 (Chromium, Node, Edge, Hermes), Chakra and Internet Explorer, SpiderMonkey (Firefox), JavaScriptCore (Safari,
 * React Native), and Presto (Opera to 12). Lines that are no frame, the message among them, are passed over. Never throws, and takes time in
 * proportion to the text, whatever it is.
 */
export function parseStack(text: string): Frame[] {
  const read = text.slice(0, MAX_STACK_CHARS);
  const calls = operaPlaces(read) ?? read.split('\n').map((line) => callOf(shortened(line.trim())));
  const frames: Frame[] = [];
  const isInApp = rememberingInApp();
  for (const call of calls) {
    if (call === null) continue;
    if (frames.length === MAX_FRAMES) break;
    const { line, column } = call.place;
    const file = cleanFile(call.place.file);
    const isOurs = isInApp(file) || call.place.file === '[wasm code]';
    frames.push({ function: cleanFunction(call.function), file, line, column, inApp: isOurs });
  }
  return frames;
}

function shortened(line: string): string {
  return line.length <= MAX_LINE_CHARS ? line : line.slice(0, MAX_LINE_CHARS / 2) + line.slice(-MAX_LINE_CHARS / 2);
}

/** Null for a line that is no frame. */
function callOf(line: string): Call | null {
  return line.startsWith('at ') ? callOfV8(line.slice(3).trim()) : callOfGecko(line);
}

/** `<function> (<place>)` or `<place>`, without the `at` before it. */
function callOfV8(text: string): Call | null {
  const call = text.startsWith('async ') ? text.slice('async '.length) : text;
  if (call === '<anonymous>') return { function: '', place: NOWHERE };
  if (call.endsWith(')')) {
    const open = openingOf(call);
    const place = open < 0 ? null : placeInParentheses(call.slice(open + 1, -1));
    if (place) return { function: call.slice(0, open), place };
  }
  const place = placeOf(call);
  return isFile(place, call) ? { function: '', place } : null;
}

/** The parenthesis that the last one closes; paths may have pairs of them. */
function openingOf(text: string): number {
  let depth = 0;
  for (let i = text.length - 1; i >= 0; i--) {
    if (text[i] === ')') depth++;
    else if (text[i] === '(' && --depth === 0) return i;
  }
  return -1;
}

const HERMES_ADDRESS = 'address at ';
const EVAL = 'eval at ';

function placeInParentheses(text: string): Place | null {
  if (text === 'native' || text === '<anonymous>' || text === 'unknown location') return NOWHERE;
  // Of Promise.all: which of the promises.
  if (text.startsWith('index ')) return NOWHERE;
  if (text.startsWith(EVAL)) return placeOfEval(text);
  const place = placeOf(text.startsWith(HERMES_ADDRESS) ? text.slice(HERMES_ADDRESS.length) : text);
  return place.line !== null || beginsAsPlace(text) ? place : null;
}

/** `eval at b (eval at a (<place>), <anonymous>:1:30`: where the outermost evaluation was written, the only place that is a file. */
function placeOfEval(text: string): Place {
  const open = text.lastIndexOf('(');
  const close = text.indexOf(')', open);
  const place = open < 0 ? NOWHERE : placeOf(text.slice(open + 1, close < 0 ? text.length : close));
  return place.line === null ? NOWHERE : place;
}

/** Behind `at` without a function: a sentence may begin so, too. */
function isFile({ file, line }: Place, text: string): boolean {
  if (file === null || line === null) return false;
  return (
    beginsAsPlace(text) || (!file.includes(' ') && (file.includes('/') || file.includes('.') || file.includes('\\')))
  );
}

/** `<function>@<place>`, or a place alone. */
function callOfGecko(line: string): Call | null {
  if (line === '[native code]') return { function: '', place: NOWHERE };
  if (hasScheme(line)) {
    const place = placeOf(line);
    return place.line !== null && hasPath(place.file ?? '') ? { function: '', place } : null;
  }
  let at = line.indexOf('@');
  for (let i = 0; at >= 0 && i < MAX_ATS; i++, at = line.indexOf('@', at + 1)) {
    const rest = line.slice(at + 1);
    if (beginsAsPlace(rest)) return { function: geckoFunction(line.slice(0, at)), place: placeOf(rest) };
  }
  return callOfBundle(line);
}

/** `value@index.android.bundle:12:1917` and `index.android.bundle:29:955` of React Native: no scheme, no path, no spaces, both numbers. */
function callOfBundle(line: string): Call | null {
  const at = line.lastIndexOf('@');
  const place = placeOf(line.slice(at + 1));
  if (place.column === null || line.includes(' ') || !place.file?.includes('.')) return null;
  return { function: geckoFunction(line.slice(0, Math.max(at, 0))), place };
}

/** `https://example.com:8080` is an address in a message. */
function hasPath(file: string): boolean {
  const host = file.indexOf('://') + 3;
  return host < 3 || file.indexOf('/', host) > 0;
}

/** Without the arguments that Firefox wrote until version 13, and without what called it later: `setTimeout handler*run`. */
function geckoFunction(text: string): string {
  const star = text.lastIndexOf('*');
  const name = star > 0 ? text.slice(star + 1) : text;
  const open = name.endsWith(')') ? name.indexOf('(') : -1;
  return open < 0 ? name : name.slice(0, open);
}
