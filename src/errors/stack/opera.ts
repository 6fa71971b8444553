import type { Call } from './frame.ts';
import { placeOf } from './location.ts';

/** Opera until version 12 wrote sentences with lines of source between them; its fifteen years of browsers still come by. Null for any other stack. */
export function operaPlaces(text: string): Call[] | null {
  const isOld = / of (?:linked script|inline#\d+ script in) /.test(text);
  if (!isOld && !text.includes('hrown at line ') && !text.includes('called from line ')) return null;
  const calls = text.split('\n').map((line) => (isOld ? callOfOld(line) : callOfNew(line)));
  return calls.filter((call) => call !== null);
}

/** `Line 42 of linked script http://a/b.js: In function foo`, `Line 4 of inline#1 script in http://a/b.js`. */
function callOfOld(line: string): Call | null {
  const at = line.indexOf('Line ');
  const number = Number.parseInt(line.slice(at + 'Line '.length), 10);
  const script = line.indexOf('script ', at) + 'script '.length;
  if (at < 0 || Number.isNaN(number) || script < 'script '.length) return null;
  const rest = line.slice(script).trim();
  const [file = '', name = ''] = (rest.startsWith('in ') ? rest.slice('in '.length) : rest).split(': In function ');
  return { function: name, place: { file, line: number, column: null } };
}

/** `Error thrown at line 42, column 12 in <anonymous function: run>(ex) in http://a/b.js:`, `called from line 27, column 8 in foo() in http://a/b.js:`. */
function callOfNew(line: string): Call | null {
  const at = Math.max(line.indexOf('thrown at line '), line.indexOf('called from line '));
  const named = line.indexOf(' in ', at);
  const placed = line.lastIndexOf(' in ');
  if (at < 0 || named < 0) return null;
  const [lineNumber, columnNumber] = line.slice(line.indexOf('line ', at), named).split(', column ');
  const number = Number.parseInt((lineNumber ?? '').slice('line '.length), 10);
  const column = Number.parseInt(columnNumber ?? '', 10);
  const file = line.slice(placed + ' in '.length).trim();
  const { file: address } = placeOf(file.endsWith(':') ? file.slice(0, -1) : file);
  return {
    function: placed > named ? operaFunction(line.slice(named + ' in '.length, placed)) : '',
    place: {
      file: address,
      line: Number.isNaN(number) ? null : number,
      column: Number.isNaN(column) ? null : column,
    },
  };
}

/** `<anonymous function: run>(ex)` has a name all the same. */
function operaFunction(text: string): string {
  const open = text.indexOf('(');
  const name = (open < 0 ? text : text.slice(0, open)).trim();
  const prefix = '<anonymous function: ';
  return name.startsWith(prefix) && name.endsWith('>') ? name.slice(prefix.length, -1) : name;
}
