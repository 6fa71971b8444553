/** Requests by the document of the API, for the fuzzer. */
import fc, { type Arbitrary } from 'fast-check';
import type { ApiDocument, DocumentedOperation, DocumentedParameter } from '../helpers/api-contract.ts';
import { anyJson, broken, type JsonSchema, oddText, valid } from './fuzz-schema.ts';
import type { ListedRequest } from './listed-requests.ts';

export const CALLERS = ['admin', 'adminKey', 'ingestKey', 'nobody'] as const;
export type Caller = (typeof CALLERS)[number];

/** A value, or what is found when the request is sent: an id that some answer had. */
export type Part = { text: string } | { known: number };

export interface FuzzRequest {
  method: string;
  /** As the document has it. */
  path: string;
  pathParts: Record<string, Part>;
  query: Record<string, Part>;
  headers: Record<string, string | undefined>;
  body: string | null;
  caller: Caller;
}

/** As many of each operation as of every other, in an order by chance. */
export function sampleRequests(
  document: ApiDocument,
  {
    isLeftOut,
    listed,
    count,
    seed,
  }: {
    isLeftOut: (method: string, path: string) => boolean;
    listed: ReadonlyMap<string, readonly ListedRequest[]>;
    count: number;
    seed: number;
  },
): FuzzRequest[] {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .map(([method, operation]) => ({ method: method.toUpperCase(), path, operation }))
      .filter(({ method }) => !isLeftOut(method, path)),
  );
  const numRuns = Math.ceil(count / operations.length);
  const all = operations.flatMap(({ method, path, operation }, i) => {
    const free = requestOf(method, path, operation, document.components.schemas);
    const meant = (listed.get(`${method} ${path}`) ?? []).map((request) => asListed(request, operation['x-access']));
    const arbitrary =
      meant.length === 0
        ? free
        : fc.oneof(
            { weight: 3, arbitrary: fc.constantFrom(...meant) },
            { weight: 2, arbitrary: fc.constantFrom(...meant).chain((request) => nearly(request, free)) },
            { weight: 5, arbitrary: free },
          );
    return fc.sample(arbitrary, { numRuns, seed: seed + i });
  });
  const places = fc.sample(fc.double({ min: 0, max: 1, noNaN: true }), { numRuns: all.length, seed });
  return all
    .map((request, i) => ({ request, place: places[i] ?? 0 }))
    .sort((one, other) => one.place - other.place)
    .slice(0, count)
    .map(({ request }) => request);
}

/** What does what its route is for, by whom it is for. */
function asListed({ method, route, path, headers, body }: ListedRequest, access: string): FuzzRequest {
  const { pathname, searchParams } = new URL(path, 'http://localhost');
  const segments = pathname.split('/').map(decodeURIComponent);
  const names = [...route.split('/').entries()].filter(([, segment]) => segment.startsWith('{'));
  return {
    ...{ method, path: route, headers, body, caller: rightCaller(access) },
    pathParts: Object.fromEntries(names.map(([i, name]) => [name.slice(1, -1), { text: segments[i] ?? '' }])),
    query: Object.fromEntries([...searchParams].map(([name, text]) => [name, { text }])),
  };
}

/** With one part of it by somebody else. */
function nearly(meant: FuzzRequest, free: Arbitrary<FuzzRequest>): Arbitrary<FuzzRequest> {
  const other = free.map((request) => ({ ...meant, query: { ...request.query, ...meant.query } }));
  const given: unknown = jsonOf(meant.body);
  if (typeof given !== 'object' || given === null) return other;
  const body = broken(fc.constant(given)).map((value) => ({ ...meant, body: JSON.stringify(value) ?? null }));
  return fc.oneof({ weight: 3, arbitrary: body }, { weight: 1, arbitrary: other });
}

function jsonOf(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return null; // NDJSON
  }
}

function requestOf(
  method: string,
  path: string,
  operation: DocumentedOperation,
  definitions: Record<string, JsonSchema>,
): Arbitrary<FuzzRequest> {
  const parameters = operation.parameters ?? [];
  const placed = (place: DocumentedParameter['in']) => parameters.filter((parameter) => parameter.in === place);
  return fc.record({
    method: fc.constant(method),
    path: fc.constant(path),
    pathParts: fc.record(Object.fromEntries(placed('path').map(({ name, schema }) => [name, pathPart(schema)]))),
    query: queryOf(placed('query'), definitions),
    headers: headersOf(placed('header')),
    body: bodyOf(operation, definitions),
    caller: callerOf(operation['x-access']),
  });
}

/** Most often who is let in, or nothing behind the door is tried. */
function callerOf(access: string): Arbitrary<Caller> {
  return fc.oneof(
    { weight: 8, arbitrary: fc.constant(rightCaller(access)) },
    { weight: 2, arbitrary: fc.constantFrom(...CALLERS) },
  );
}

function rightCaller(access: string): Caller {
  if (access === 'public') return 'nobody';
  return ['ingest', 'probe'].includes(access) ? 'ingestKey' : 'admin';
}

/** Of a fixed set most often one of it: nothing else leads further. */
function pathPart({ enum: known }: JsonSchema = {}): Arbitrary<Part> {
  const ofSet = Array.isArray(known)
    ? [{ weight: 12, arbitrary: fc.constantFrom(...known).map((text) => ({ text: String(text) })) }]
    : [];
  return fc.oneof(
    ...ofSet,
    { weight: 5, arbitrary: fc.nat().map((known) => ({ known })) },
    { weight: 1, arbitrary: oddText().map((text) => ({ text })) },
    { weight: 1, arbitrary: fc.constantFrom('1', 'logs', 'JSON', 'gdpr', '2026-11-27').map((text) => ({ text })) },
  );
}

/**
 * Most often what is right, and few of what may be left out: one parameter that is refused hides all that is behind it. Else any of them, each with its
 * odd values.
 */
function queryOf(
  parameters: readonly DocumentedParameter[],
  definitions: Record<string, JsonSchema>,
): Arbitrary<FuzzRequest['query']> {
  const isNeeded = ({ name, required }: DocumentedParameter) => required === true || name === 'project';
  const optional = parameters.filter((parameter) => !isNeeded(parameter));
  const right = fc.subarray(optional, { maxLength: Math.min(2, optional.length) }).chain((some) => {
    const named = [...parameters.filter(isNeeded), ...some];
    return fc.record(Object.fromEntries(named.map((parameter) => [parameter.name, rightPart(parameter, definitions)])));
  });
  const requiredKeys = parameters.filter(({ name }) => name === 'project').map(({ name }) => name);
  const odd: Arbitrary<Record<string, Part>> = fc.record<Record<string, Part>, string>(
    Object.fromEntries(parameters.map((parameter) => [parameter.name, queryPart(parameter, definitions)])),
    { requiredKeys },
  );
  return fc.oneof({ weight: 3, arbitrary: right }, { weight: 2, arbitrary: odd });
}

function rightPart({ name, schema }: DocumentedParameter, definitions: Record<string, JsonSchema>): Arbitrary<Part> {
  if (name === 'project') return fc.constant({ text: 'home' });
  if (schema.type === 'string' && schema.enum === undefined) return fc.nat().map((known) => ({ known }));
  return valid(schema, definitions).map((value) => ({ text: String(value) }));
}

function queryPart({ name, schema }: DocumentedParameter, definitions: Record<string, JsonSchema>): Arbitrary<Part> {
  if (name === 'project') {
    return fc.oneof({ weight: 9, arbitrary: fc.constant({ text: 'home' }) }, { weight: 1, arbitrary: pathPart() });
  }
  const right = valid(schema, definitions).map((value) => ({ text: String(value) }));
  return fc.oneof(
    { weight: 4, arbitrary: right },
    { weight: 1, arbitrary: oddText().map((text) => ({ text })) },
    { weight: 1, arbitrary: fc.nat().map((known) => ({ known })) },
  );
}

/** Headers are octets: what else there is, `fetch` does not send. */
function headersOf(parameters: readonly DocumentedParameter[]): Arbitrary<FuzzRequest['headers']> {
  const value = fc.oneof(fc.uuid(), fc.stringMatching(/^[\x21-\x7e]{1,300}$/), fc.constantFrom('same', ''));
  return fc.record(Object.fromEntries(parameters.map(({ name }) => [name.toLowerCase(), value])), { requiredKeys: [] });
}

function bodyOf(
  { requestBody }: DocumentedOperation,
  definitions: Record<string, JsonSchema>,
): Arbitrary<string | null> {
  if (!requestBody) return fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: oddText() });
  const [{ schema, example } = { schema: {}, example: undefined }] = Object.values(requestBody.content);
  const right = valid(schema, definitions);
  const given = typeof example === 'string' ? fc.constant(example) : fc.constant(JSON.stringify(example));
  const text = (value: unknown): string | null => JSON.stringify(value) ?? null;
  return fc.oneof(
    { weight: 6, arbitrary: example === undefined ? right.map(text) : given },
    { weight: 4, arbitrary: right.map(text) },
    {
      weight: 3,
      arbitrary: broken(example === undefined || typeof example === 'string' ? right : fc.constant(example)).map(text),
    },
    { weight: 1, arbitrary: anyJson().map(text) },
    { weight: 1, arbitrary: oddText() },
  );
}
