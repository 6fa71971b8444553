/** Values by JSON Schema, for the fuzzer: those that a schema accepts, as far as it says so, and those that somebody sends who has not read it. */
import fc, { type Arbitrary } from 'fast-check';

export type JsonSchema = Record<string, unknown>;

const MAX_DEPTH = 6;
/** Where bounds, parsers and storage are tried. */
const ODD_STRINGS = [
  '',
  ' ',
  '0',
  '-1',
  'null',
  '\u0000',
  '\ud800',
  '💥',
  "'",
  '"',
  '%',
  '../..',
  '{{x}}',
  'a'.repeat(300),
];
const ODD_NUMBERS = [0, -0, -1, 1.5, 1e308, 2 ** 31, 2 ** 53, -(2 ** 53), 8.64e15, 8.64e15 + 1];

/** Anything that JSON can say. */
export function anyJson(): Arbitrary<unknown> {
  return fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(...ODD_STRINGS), fc.constantFrom(...ODD_NUMBERS));
}

export function oddText(): Arbitrary<string> {
  return fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.constantFrom(...ODD_STRINGS));
}

/** What the schema accepts, but for checks that it cannot say. */
export function valid(schema: JsonSchema, definitions: Record<string, JsonSchema>, depth = 0): Arbitrary<unknown> {
  const within = (part: unknown) => valid((part ?? {}) as JsonSchema, definitions, depth + 1);
  if (depth > MAX_DEPTH) return fc.constant(null);
  if (typeof schema.$ref === 'string') return within(definitions[schema.$ref.split('/').at(-1) ?? '']);
  if ('const' in schema) return fc.constant(schema.const);
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices)) return fc.oneof(...choices.map(within));
  if (Array.isArray(schema.allOf)) {
    return fc.tuple(...schema.allOf.map(within)).map((parts) => Object.assign({}, ...parts));
  }
  const types = [schema.type].flat();
  if (types.length > 1) return fc.oneof(...types.map((type) => within({ ...schema, type })));
  return ofType(types[0], schema, within);
}

function ofType(type: unknown, schema: JsonSchema, within: (part: unknown) => Arbitrary<unknown>): Arbitrary<unknown> {
  switch (type) {
    case 'object':
      return objectOf(schema, within);
    case 'array': {
      if (Array.isArray(schema.prefixItems)) return fc.tuple(...schema.prefixItems.map(within));
      const minLength = Math.min(numberOf(schema.minItems) ?? 0, 20);
      const maxLength = Math.max(minLength, Math.min(numberOf(schema.maxItems) ?? 4, 4));
      return fc.array(within(schema.items), { minLength, maxLength });
    }
    case 'string':
      return stringOf(schema);
    case 'integer': {
      const min = Math.ceil(numberOf(schema.minimum) ?? numberOf(schema.exclusiveMinimum) ?? -10);
      const max = Math.floor(numberOf(schema.maximum) ?? Math.max(min, 2_000_000_000_000));
      return fc
        .maxSafeInteger()
        .map((value) => min + (Math.abs(value) % Math.max(1, Math.min(max - min, 2 ** 52) + 1)));
    }
    case 'number':
      return fc.double({
        min: numberOf(schema.minimum) ?? -1e6,
        max: numberOf(schema.maximum) ?? 1e13,
        noNaN: true,
      });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function objectOf(schema: JsonSchema, within: (part: unknown) => Arbitrary<unknown>): Arbitrary<unknown> {
  const required = (schema.required ?? []) as string[];
  const properties = Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>);
  const known = fc.record(Object.fromEntries(properties.map(([name, part]) => [name, within(part)])), {
    requiredKeys: required.filter((name) => properties.some(([other]) => other === name)),
  });
  if (typeof schema.additionalProperties !== 'object' || properties.length > 0) return known;
  return fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), within(schema.additionalProperties), { maxKeys: 4 });
}

function stringOf({ pattern, format, minLength, maxLength }: JsonSchema): Arbitrary<string> {
  if (format === 'date-time')
    return fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((date) => date.toISOString());
  if (format === 'uri') return fc.constantFrom('https://receiver.example/', 'https://[::1]/', 'http://127.0.0.1/x');
  if (typeof pattern === 'string') {
    try {
      return fc.stringMatching(new RegExp(pattern));
    } catch {
      // It looks ahead, which cannot be generated from.
      return fc.string();
    }
  }
  const min = Math.min(numberOf(minLength) ?? 0, 100);
  return fc.string({ minLength: min, maxLength: Math.max(min, Math.min(numberOf(maxLength) ?? 30, 60)) });
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

/** A value that was right, with one thing in it that is not. */
export function broken(value: Arbitrary<unknown>): Arbitrary<unknown> {
  return fc
    .tuple(value, fc.nat(), anyJson(), fc.constantFrom('drop', 'replace', 'add'))
    .map(([right, place, odd, how]) => {
      if (typeof right !== 'object' || right === null || Array.isArray(right)) return odd;
      const names = Object.keys(right);
      const name = names[place % Math.max(1, names.length)];
      if (how === 'add' || name === undefined) return { ...right, [`odd${place % 3}`]: odd };
      if (how === 'replace') return { ...right, [name]: odd };
      const { [name]: _, ...rest } = right as Record<string, unknown>;
      return rest;
    });
}
