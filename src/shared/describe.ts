import type * as z from 'zod';
import { STREAMS } from '../wire/record.ts';

/**
 * How a feature describes its routes (docs/adr/0031-…): `openapi.ts` beside them exports a list made by `describe`. Nothing of it is in the Worker: the build
 * reads it (scripts/openapi) and makes the document of GET /api/openapi.json.
 *
 * What a request may be is the schema that validates it. What an answer is, is a type: `describe<JobAnswers>` where `JobAnswers` says it of each route that
 * answers JSON, by the types of src/wire. The codes of refusals are headings of docs/errors.md, which knows their status.
 */

/** Who may call a route, by the words of the deny-path suite's table. The last four are what `projectAccess` decides. */
export type Access =
  | 'public'
  | 'ingest'
  | 'probe'
  | 'send'
  | 'any-key'
  | 'session'
  | 'own-projects'
  | 'deployment'
  | 'admins'
  | 'socket'
  | 'read'
  | 'export'
  | 'write'
  | 'admin';

export type Route = `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'} /${string}`;

/** JSON Schema of a parameter, and what it is. */
export interface Parameter {
  schema: Readonly<Record<string, unknown>>;
  description: string;
  required?: true;
}

export interface Operation {
  /** In a few words, what it does. */
  summary: string;
  /** What a caller must know beyond it; Markdown. */
  more?: string;
  access: Access;
  /** Where a person needs to have proved who it is within 30 minutes. */
  proof?: true;
  /** Of the names in the path those that take less than any text. */
  path?: Readonly<Record<string, Parameter>>;
  query?: Readonly<Record<string, Parameter>>;
  headers?: Readonly<Record<string, Parameter>>;
  /** The schema that validates it; or what else it is, by media type. */
  body?: z.ZodType | readonly string[];
  /** A body that is taken. Of a schema without one, the document has none. */
  example?: unknown;
  /** Of the JSON answer; 200 where it is not said, 204 where there is none. */
  status?: number | readonly number[];
  /** Answers that are no JSON: their media types, as well as the JSON where there is one. */
  media?: readonly string[];
  /** Answers without a body, beside the others. */
  empty?: readonly number[];
  /** It takes a batch of records, and may refuse it for all that one is refused for. */
  batch?: true;
  /** What it may be refused with, beside what every route of its kind is: headings of docs/errors.md, separated by spaces. */
  codes?: string;
  /** How its refusals are written, where that is another protocol's way. */
  refusals?: 'text/plain' | 'google.rpc.Status' | 'elastic';
}

export interface Described {
  tag: string;
  /** Of answers, where a schema is what says them: a type refers to one as `Written<'its name'>`. */
  schemas: Readonly<Record<string, z.ZodType>>;
  operations: Readonly<Record<Route, Operation>>;
}

/** Stands for what the schema of that name says. */
export type Written<Name extends string> = `schema:${Name}`;

/** A list that comes in one answer. */
export interface Whole<T> {
  items: T[];
  nextCursor: null;
}

/** The routes of one file; `Answers` has the type of each answer that is JSON. */
export function describe<Answers>(
  tag: string,
  operations: { readonly [R in keyof Answers]: Operation } & { readonly [R in Route]?: Operation },
  schemas: Described['schemas'] = {},
): Described {
  return { tag, schemas, operations: operations as Described['operations'] };
}

export function text(description: string): Parameter {
  return { schema: { type: 'string' }, description };
}

export function oneOf(values: readonly string[], description: string): Parameter {
  return { schema: { type: 'string', enum: [...values] }, description };
}

/** Unix milliseconds or ISO 8601. */
export function time(description: string): Parameter {
  const forms = [{ type: 'integer' }, { type: 'string', format: 'date-time' }];
  return { schema: { anyOf: forms }, description: `${description} Unix milliseconds or ISO 8601.` };
}

export function count(least: number, most: number, fallback: number | null, description: string): Parameter {
  const usual = fallback === null ? {} : { default: fallback };
  return { schema: { type: 'integer', minimum: least, maximum: most, ...usual }, description };
}

export function required(parameter: Parameter): Parameter {
  return { ...parameter, required: true };
}

/** `?limit=&cursor=` of a list that has pages. */
export function page(most = 1_000, usual = most): Readonly<Record<'limit' | 'cursor', Parameter>> {
  return {
    limit: count(1, most, usual, 'How many items at most.'),
    cursor: text('`nextCursor` of the page before; left out for the first.'),
  };
}

/** Of records that say neither. */
export const PLACE = {
  stream: oneOf(STREAMS, 'Of records that name none; the first that the key may write to unless said.'),
  service: text('Of records that name none.'),
};

export const SENT_ONCE = {
  'Idempotency-Key': text('Of this batch: within 24 hours it is stored once, and a repeat gets the first answer.'),
};
