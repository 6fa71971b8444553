import type { Json, JsonObject } from '../../wire/record.ts';

/** The names from a record down to a field. */
export type Path = readonly string[];

export const MAX_PATH_CHARS = 512;
const MAX_PATH_DEPTH = 16;

/** `attrs.http.status` → its names; `\.` is a dot of a name and `\\` a backslash. Null for what is no path. */
export function parsePath(text: string): Path | null {
  if (text.length > MAX_PATH_CHARS) return null;
  const names: string[] = [];
  let name = '';
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '\\') {
      const next = text.charAt(++at);
      if (next !== '.' && next !== '\\') return null;
      name += next;
    } else if (char === '.') {
      names.push(name);
      name = '';
    } else {
      name += char;
    }
  }
  names.push(name);
  return names.length > MAX_PATH_DEPTH || names.includes('') ? null : names;
}

/** RFC 6901. */
export function pointerOf(path: Path): string {
  return path.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** An object with fields: no array, and no number that is kept as raw JSON. */
export function isObject(value: Json | undefined): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value) && !JSON.isRawJSON(value);
}

/** Undefined where the record has no such field. Own fields only: `__proto__` and `constructor` are names like any other. */
export function getField(record: JsonObject, path: Path): Json | undefined {
  let value: Json | undefined = record;
  for (const name of path) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

/** Makes the objects on the way; false where something else is in the way. */
export function setField(record: JsonObject, path: Path, value: Json): boolean {
  let object = record;
  for (const name of path.slice(0, -1)) {
    const inner = Object.hasOwn(object, name) ? object[name] : undefined;
    if (inner === undefined || inner === null) {
      const made: JsonObject = {};
      define(object, name, made);
      object = made;
    } else if (isObject(inner)) {
      object = inner;
    } else {
      return false;
    }
  }
  define(object, path.at(-1) as string, value);
  return true;
}

export function deleteField(record: JsonObject, path: Path): void {
  const parent = path.length === 1 ? record : getField(record, path.slice(0, -1));
  const name = path.at(-1) as string;
  if (isObject(parent) && Object.hasOwn(parent, name)) delete parent[name];
}

/** Assignment would set the prototype for a field named `__proto__`. */
function define(object: JsonObject, name: string, value: Json): void {
  if (name !== '__proto__') object[name] = value;
  else Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}
