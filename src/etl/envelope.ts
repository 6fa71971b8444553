import * as z from 'zod';
import { readBody } from '../ingest/index.ts';
import { parseJson } from '../shared/json.ts';
import { checkInput } from '../shared/json-body.ts';
import { once } from '../shared/once.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { DATA_TYPES } from '../wire/etl.ts';
import { MAX_IDENTIFIER_CHARS } from '../wire/limits.ts';
import { type Json, STREAMS } from '../wire/record.ts';
import type { EtlError } from './errors.ts';
import { etlSchemaSchema } from './schema.ts';

/** A value that is parsed takes about 50 bytes beside its text, and an isolate has 128 MB. Logs of 16 MiB have half a million. */
const MAX_INLINE_VALUES = 1_000_000;

const schemaVersion = z.lazy(() => z.int().min(0).nullish());
const dataType = z.lazy(() => z.enum(DATA_TYPES));
const project = z.lazy(() => z.string().max(64).optional());

/** What a start says besides its data: in the query, or in the envelope. */
const options = once(() => ({
  dataType,
  project,
  schemaVersion,
  stream: z.enum(STREAMS).optional(),
  service: z.string().max(MAX_IDENTIFIER_CHARS).optional(),
}));
const payload = z.lazy(() => z.unknown().refine((value) => value !== undefined, 'is missing'));
const optionsSchema = z.lazy(() => z.object(options()));
const envelopeSchema = z.lazy(() =>
  z.strictObject({
    ...options(),
    payload,
    dryRun: z.boolean().optional(),
  }),
);
export const dryRunSchema = z.lazy(() =>
  z.strictObject({
    dataType,
    project,
    payload,
    schemaVersion,
    schema: etlSchemaSchema.optional(),
  }),
);

export type StartOptions = z.infer<typeof optionsSchema>;
export type Envelope = Omit<z.infer<typeof envelopeSchema>, 'payload'> & { payload: Json; bytes: number };
export type DryRunInput = Omit<z.infer<typeof dryRunSchema>, 'payload'> & { payload: Json };

export function readOptions(query: Record<string, string>): Result<StartOptions, EtlError> {
  const { schemaVersion: version } = query;
  return checked(optionsSchema, { ...query, ...(version === undefined ? {} : { schemaVersion: Number(version) }) });
}

export async function readEnvelope(request: Request): Promise<Result<Envelope, EtlError>> {
  const body = await readParsed(request);
  if (!body.ok) return body;
  const envelope = checked(envelopeSchema, body.value.data);
  return envelope.ok
    ? ok({ ...envelope.value, payload: payloadOf(body.value.data), bytes: body.value.bytes })
    : envelope;
}

export async function readDryRun(request: Request): Promise<Result<DryRunInput, EtlError>> {
  const body = await readParsed(request);
  if (!body.ok) return body;
  const input = checked(dryRunSchema, body.value.data);
  return input.ok ? ok({ ...input.value, payload: payloadOf(body.value.data) }) : input;
}

async function readParsed(request: Request): Promise<Result<{ data: Json; bytes: number }, EtlError>> {
  const body = await readBody(request);
  if (!body.ok) return err({ kind: 'ingest', error: body.error });
  const bytes = body.value.byteLength;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(body.value);
    if (countValues(text) > MAX_INLINE_VALUES) return err({ kind: 'too_many_values', limit: MAX_INLINE_VALUES });
    return ok({ data: parseJson(text), bytes });
  } catch (cause) {
    // SyntaxError quotes the input; RangeError is a stack that nesting has used up.
    const reason = cause instanceof TypeError ? 'not valid UTF-8' : `not valid JSON: ${(cause as Error).message}`;
    return err({ kind: 'malformed_envelope', reason });
  }
}

/** At most as many as there are values: those inside strings count too. */
function countValues(text: string): number {
  let count = 0;
  for (let at = text.indexOf(','); at >= 0; at = text.indexOf(',', at + 1)) count++;
  return count;
}

/** As it was parsed: a check that copies would change numbers that are kept as raw JSON. */
function payloadOf(data: Json): Json {
  return (data as { payload: Json }).payload;
}

function checked<T>(schema: z.ZodType<T>, data: unknown): Result<T, EtlError> {
  const input = checkInput(schema, data);
  return input.ok ? input : err({ kind: 'invalid', errors: input.error.errors ?? [] });
}
