import { MAX_RECORD_CHARS } from '../../wire/limits.ts';
import type { Json, JsonObject } from '../../wire/record.ts';
import { toText } from './cast.ts';
import { getField, type Path, parsePath } from './path.ts';

export type Template = readonly (string | Path)[];

export const MAX_TEMPLATE_CHARS = 1_024;

/** `${user.name} from ${city}` → texts and paths. Null where a brace is not closed or holds no path. */
export function parseTemplate(text: string): Template | null {
  const parts: (string | Path)[] = [];
  for (let at = 0; at < text.length; ) {
    const open = text.indexOf('${', at);
    if (open < 0) {
      parts.push(text.slice(at));
      break;
    }
    if (open > at) parts.push(text.slice(at, open));
    const close = text.indexOf('}', open);
    const path = close < 0 ? null : parsePath(text.slice(open + 2, close));
    if (path === null) return null;
    parts.push(path);
    at = close + 1;
  }
  return parts;
}

/**
 * A field that is absent reads as nothing. Null where it names fields and the record has none of them. Longer than a record may be it is not
 * finished: a derived text may be in the next one a hundred times, and that one in the next, beyond what a string can hold.
 */
export function fillTemplate(template: Template, record: JsonObject): string | null {
  let text = '';
  let asked = 0;
  let found = 0;
  for (const part of template) {
    if (typeof part === 'string') {
      text += part;
      continue;
    }
    asked++;
    const value: Json | undefined = getField(record, part);
    if (value === undefined || value === null) continue;
    found++;
    text += toText(value);
    if (text.length > MAX_RECORD_CHARS) break;
  }
  return asked > 0 && found === 0 ? null : text;
}
