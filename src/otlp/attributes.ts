import type { Json, JsonObject } from '../wire/record.ts';

/** Looking for a free name takes as many steps as there are attributes of that name, so their number needs a bound. */
const MAX_OF_ONE_NAME = 16;

/**
 * Sets an attribute that a client named. Names must be unique in OTLP; a second one of the same name gets underscores behind it, because
 * nothing that a client says is lost. What objects inherit, `__proto__` above all, is defined, as an assignment would not. False: there are
 * too many of this name.
 */
export function putAttribute(into: JsonObject, name: string, value: Json): boolean {
  if (!(name in into)) {
    into[name] = value;
    return true;
  }
  let free = name;
  for (let taken = 0; Object.hasOwn(into, free); free += '_') if (++taken > MAX_OF_ONE_NAME) return false;
  Object.defineProperty(into, free, { value, enumerable: true, configurable: true, writable: true });
  return true;
}

/** Sets what OTLP itself says of a record: search and rollups find it by this name, so an attribute of the same name moves aside. */
export function putField(into: JsonObject, name: string, value: Json): void {
  if (Object.hasOwn(into, name)) putAttribute(into, name, into[name] as Json);
  into[name] = value;
}
