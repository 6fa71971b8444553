import type { Json, JsonObject } from '../wire/record.ts';

/** The value at the first of these places that is a text with something in it. A dot in a name leads into an object; the name as it is counts first. */
export function textAt(attrs: JsonObject, names: readonly string[]): string | null {
  for (const name of names) {
    const text = textOf(valueAt(attrs, name));
    if (text !== null) return text;
  }
  return null;
}

function valueAt(attrs: JsonObject, name: string): Json | undefined {
  if (Object.hasOwn(attrs, name)) return attrs[name];
  const dot = name.indexOf('.');
  const outer = dot < 0 ? undefined : own(attrs, name.slice(0, dot));
  return isObject(outer) ? own(outer, name.slice(dot + 1)) : undefined;
}

/** Lines may come as an array. */
function textOf(value: Json | undefined): string | null {
  const text = Array.isArray(value) && value.every((line) => typeof line === 'string') ? value.join('\n') : value;
  return typeof text === 'string' && text.trim() !== '' ? text : null;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);
}

export function own(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
