/** The parts that the three signals share, as protobuf (opentelemetry-proto, common/v1 and resource/v1). Tags are `(field << 3) | wire type`. */
import { MAX_ATTRS_DEPTH } from '../wire/limits.ts';
import type { Json, JsonObject } from '../wire/record.ts';
import { putAttribute } from './attributes.ts';
import { type ResourceFields, type ScopeFields, TOO_MANY_OF_ONE_NAME } from './fields.ts';
import { jsonOfDouble } from './numbers.ts';
import type { WireReader } from './wire-reader.ts';

/** KeyValue. `depth`: of the object that it goes into, as attributes are counted (1: the record's own). */
export function readKeyValue(r: WireReader, into: JsonObject, depth = 1): void {
  const end = r.messageEnd();
  if (!r.hasRoom()) {
    r.pos = end;
    return;
  }
  let key = '';
  let value: Json = null;
  while (r.pos < end) {
    const tag = r.tag();
    if (tag === 0x0a) key = r.text();
    else if (tag === 0x12) value = readAnyValue(r, depth);
    else r.skip(tag);
  }
  r.close(end);
  if (!putAttribute(into, key, value)) r.flaw ??= TOO_MANY_OF_ONE_NAME;
}

/** AnyValue; null where it holds nothing. */
export function readAnyValue(r: WireReader, depth = 1): Json {
  const end = r.messageEnd();
  let value: Json = null;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 0x0a:
        value = r.text();
        break;
      case 0x10:
        value = r.varint() !== 0;
        break;
      case 0x18:
        value = r.int64();
        break;
      case 0x21:
        value = jsonOfDouble(r.double());
        break;
      case 0x2a:
      case 0x32:
        if (depth > MAX_ATTRS_DEPTH) {
          r.flaw ??= tooDeep();
          r.skip(tag);
        } else {
          value = tag === 0x2a ? readArray(r, depth + 1) : readKeyValueList(r, depth + 1);
        }
        break;
      case 0x3a:
        value = r.base64();
        break;
      default:
        r.skip(tag);
    }
  }
  r.close(end);
  return value;
}

export function tooDeep(): { pointer: string; reason: string } {
  return { pointer: '', reason: `has a value that is nested deeper than ${MAX_ATTRS_DEPTH} levels` };
}

function readArray(r: WireReader, depth: number): Json[] {
  const end = r.messageEnd();
  const values: Json[] = [];
  while (r.pos < end) {
    const tag = r.tag();
    if (tag === 0x0a && r.hasRoom()) values.push(readAnyValue(r, depth));
    else r.skip(tag);
  }
  r.close(end);
  return values;
}

function readKeyValueList(r: WireReader, depth: number): JsonObject {
  const end = r.messageEnd();
  const values: JsonObject = {};
  while (r.pos < end) {
    const tag = r.tag();
    if (tag === 0x0a) readKeyValue(r, values, depth);
    else r.skip(tag);
  }
  r.close(end);
  return values;
}

export function readResource(r: WireReader, resource: ResourceFields): void {
  const end = r.messageEnd();
  while (r.pos < end) {
    const tag = r.tag();
    if (tag === 0x0a) readKeyValue(r, resource.attributes, 2);
    else if (tag === 0x10) resource.droppedAttributesCount = r.varint();
    else r.skip(tag);
  }
  r.close(end);
}

export function readScope(r: WireReader, scope: ScopeFields): void {
  const end = r.messageEnd();
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 0x0a:
        scope.name = r.text();
        break;
      case 0x12:
        scope.version = r.text();
        break;
      case 0x1a:
        readKeyValue(r, scope.attributes, 3);
        break;
      case 0x20:
        scope.droppedAttributesCount = r.varint();
        break;
      default:
        r.skip(tag);
    }
  }
  r.close(end);
}

/** A repeated double, packed or one by one. */
export function readDoubles(r: WireReader, tag: number, into: Json[]): void {
  readNumbers(r, tag, () => into.push(jsonOfDouble(r.double())));
}

/** A repeated fixed64, packed or one by one. */
export function readFixed64s(r: WireReader, tag: number, into: Json[]): void {
  readNumbers(r, tag, () => into.push(r.fixed64()));
}

/** A repeated uint64, packed or one by one. */
export function readUint64s(r: WireReader, tag: number, into: Json[]): void {
  readNumbers(r, tag, () => into.push(r.uint64()));
}

function readNumbers(r: WireReader, tag: number, readOne: () => void): void {
  if ((tag & 7) !== 2) {
    if (r.hasRoom()) readOne();
    else r.skip(tag);
    return;
  }
  const end = r.messageEnd();
  while (r.pos < end) {
    if (!r.hasRoom()) {
      r.pos = end;
      return;
    }
    readOne();
  }
  r.close(end);
}
