import type { Json, JsonObject } from '../wire/record.ts';

/**
 * Sets an attribute that a client named. Names must be unique in OTLP; a second one of the same name gets underscores behind it, because
 * nothing that a client says is lost. What objects inherit, `__proto__` above all, is defined, as an assignment would not.
 */
export function putAttribute(into: JsonObject, name: string, value: Json): void {
  if (!(name in into)) {
    into[name] = value;
    return;
  }
  let free = name;
  while (Object.hasOwn(into, free)) free += '_';
  Object.defineProperty(into, free, { value, enumerable: true, configurable: true, writable: true });
}

/** Sets what OTLP itself says of a record: search and rollups find it by this name, so an attribute of the same name moves aside. */
export function putField(into: JsonObject, name: string, value: Json): void {
  if (Object.hasOwn(into, name)) putAttribute(into, name, into[name] as Json);
  into[name] = value;
}
