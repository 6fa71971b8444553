/** The parts that the three signals share, as JSON (protobuf's mapping with OTLP's own rules: ids in hex, enumerations as numbers). */
import { MAX_ATTRS_DEPTH, MAX_ATTRS_PROPERTIES } from '../wire/limits.ts';
import type { Json, JsonObject } from '../wire/record.ts';
import { putAttribute } from './attributes.ts';
import {
  type Flaw,
  newResource,
  newScope,
  type ResourceFields,
  type ScopeFields,
  TOO_MANY_OF_ONE_NAME,
  TOO_MANY_PROPERTIES,
} from './fields.ts';
import { type Instant, instantOfText } from './instant.ts';
import { jsonOfDigits, jsonOfDouble } from './numbers.ts';

const INTEGER = /^-?\d{1,20}$/;
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const NOT_FINITE: ReadonlySet<string> = new Set(['NaN', 'Infinity', '-Infinity']);

/**
 * Reads values out of parsed JSON. What is absent or null has protobuf's default; what has another type is a flaw of the record that is being
 * read, because leaving it out would lose it without a word.
 */
export class JsonReader {
  flaw: Flaw | null = null;

  #refuse(pointer: string, reason: string): void {
    this.flaw ??= { pointer, reason };
  }

  text(value: Json | undefined, pointer: string): string {
    if (typeof value === 'string') return value;
    if (value !== undefined && value !== null) this.#refuse(pointer, 'must be a string');
    return '';
  }

  /** An id in hex, of either case. */
  hex(value: Json | undefined, pointer: string): string {
    return this.text(value, pointer).toLowerCase();
  }

  /** A number of 32 bits. */
  int(value: Json | undefined, pointer: string): number {
    if (typeof value === 'number') return value;
    if (value === undefined || value === null) return 0;
    if (typeof value === 'string' && INTEGER.test(value)) return Number(value);
    this.#refuse(pointer, 'must be a whole number');
    return 0;
  }

  /** An enumeration: a number by OTLP's rules, its name by protobuf's. */
  enumeration(value: Json | undefined, names: readonly string[], pointer: string): number {
    if (typeof value === 'number') return value;
    if (value === undefined || value === null) return 0;
    const known = typeof value === 'string' ? names.indexOf(value) : -1;
    if (known < 0) this.#refuse(pointer, 'must be a number of its enumeration');
    return known;
  }

  flag(value: Json | undefined, pointer: string): boolean {
    if (typeof value === 'boolean') return value;
    if (value !== undefined && value !== null) this.#refuse(pointer, 'must be true or false');
    return false;
  }

  /** 64 bits: decimal text by protobuf's rules, and a number as many write it. */
  integer(value: Json | undefined, pointer: string): Json {
    if (typeof value === 'number') return value;
    if (typeof value === 'string' && INTEGER.test(value)) return jsonOfDigits(value);
    if (JSON.isRawJSON(value)) return value as Json;
    if (value !== undefined && value !== null) this.#refuse(pointer, 'must be a whole number');
    return 0;
  }

  double(value: Json | undefined, pointer: string): Json {
    if (typeof value === 'number' || JSON.isRawJSON(value)) return value as Json;
    if (value === undefined || value === null) return 0;
    if (typeof value === 'string') {
      if (NOT_FINITE.has(value)) return value;
      if (NUMBER.test(value)) return jsonOfDouble(Number(value));
    }
    this.#refuse(pointer, 'must be a number');
    return 0;
  }

  optionalDouble(value: Json | undefined, pointer: string): Json | undefined {
    return value === undefined || value === null ? undefined : this.double(value, pointer);
  }

  instant(value: Json | undefined, pointer: string): Instant | null {
    if (value === undefined || value === null) return null;
    let instant: Instant | null | undefined;
    if (typeof value === 'string') instant = instantOfText(value);
    else if (typeof value === 'number') instant = instantOfText(String(value));
    else if (JSON.isRawJSON(value)) instant = instantOfText(value.rawJSON);
    if (instant === undefined) this.#refuse(pointer, 'must be Unix nanoseconds');
    return instant ?? null;
  }

  list(value: Json | undefined, pointer: string): readonly Json[] {
    if (Array.isArray(value)) {
      if (value.length <= MAX_ATTRS_PROPERTIES) return value;
      this.#refuse(pointer, TOO_MANY_PROPERTIES.reason);
      return NOTHING;
    }
    if (value !== undefined && value !== null) this.#refuse(pointer, 'must be an array');
    return NOTHING;
  }

  object(value: Json | undefined, pointer: string): JsonObject {
    if (value === undefined || value === null) return EMPTY;
    if (typeof value === 'object' && !Array.isArray(value) && !JSON.isRawJSON(value)) return value;
    this.#refuse(pointer, 'must be an object');
    return EMPTY;
  }

  /** KeyValue[]. `depth`: of the object that they become, as attributes are counted (1: the record's own). */
  attributes(value: Json | undefined, pointer: string, depth = 1): JsonObject {
    const attributes: JsonObject = {};
    for (const item of this.list(value, pointer)) {
      const { key, value: held } = this.object(item, pointer);
      if (!putAttribute(attributes, this.text(key, pointer), this.anyValue(held, pointer, depth))) {
        this.#refuse(pointer, TOO_MANY_OF_ONE_NAME.reason);
      }
    }
    return attributes;
  }

  /** AnyValue; null where it holds nothing. */
  anyValue(value: Json | undefined, pointer: string, depth = 1): Json {
    const any = this.object(value, pointer);
    if (any.stringValue !== undefined && any.stringValue !== null) return this.text(any.stringValue, pointer);
    if (any.intValue !== undefined && any.intValue !== null) return this.integer(any.intValue, pointer);
    if (any.boolValue !== undefined && any.boolValue !== null) return this.flag(any.boolValue, pointer);
    if (any.doubleValue !== undefined && any.doubleValue !== null) return this.double(any.doubleValue, pointer);
    if (any.bytesValue !== undefined && any.bytesValue !== null) return this.text(any.bytesValue, pointer);
    const isArray = any.arrayValue !== undefined && any.arrayValue !== null;
    if (!isArray && (any.kvlistValue === undefined || any.kvlistValue === null)) return null;
    if (depth > MAX_ATTRS_DEPTH) {
      this.#refuse(pointer, `has a value that is nested deeper than ${MAX_ATTRS_DEPTH} levels`);
      return null;
    }
    const { values } = this.object(isArray ? any.arrayValue : any.kvlistValue, pointer);
    if (!isArray) return this.attributes(values, pointer, depth + 1);
    return this.list(values, pointer).map((item) => this.anyValue(item, pointer, depth + 1));
  }

  resource(value: Json | undefined, schemaUrl: Json | undefined): ResourceFields {
    const fields = newResource();
    const resource = this.object(value, '/resource');
    fields.attributes = this.attributes(resource.attributes, '/resource/attributes', 2);
    fields.droppedAttributesCount = this.int(resource.droppedAttributesCount, '/resource/droppedAttributesCount');
    fields.schemaUrl = this.text(schemaUrl, '/schemaUrl');
    return fields;
  }

  scope(value: Json | undefined, schemaUrl: Json | undefined): ScopeFields {
    const fields = newScope();
    const scope = this.object(value, '/scope');
    fields.name = this.text(scope.name, '/scope/name');
    fields.version = this.text(scope.version, '/scope/version');
    fields.attributes = this.attributes(scope.attributes, '/scope/attributes', 3);
    fields.droppedAttributesCount = this.int(scope.droppedAttributesCount, '/scope/droppedAttributesCount');
    fields.schemaUrl = this.text(schemaUrl, '/schemaUrl');
    return fields;
  }
}

const NOTHING: readonly Json[] = [];
const EMPTY: JsonObject = Object.freeze({});
