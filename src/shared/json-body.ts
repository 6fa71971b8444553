import * as z from 'zod';
import { concatBytes } from './bytes.ts';
import { invalidInput, type Problem } from './problem.ts';
import { err, ok, type Result } from './result.ts';

/** Bodies of the management API are forms, not data: the largest is a list of project ids. */
export const MAX_JSON_BODY_BYTES = 64 * 1024;

export const BODY_TOO_LARGE: Problem = {
  status: 413,
  code: 'body_too_large',
  title: 'The body is too large',
  detail: `The body of this request may have ${MAX_JSON_BODY_BYTES} bytes.`,
};

/** Nobody is there to read it, but a proxy in between may be. */
export const BODY_CUT: Problem = {
  status: 400,
  code: 'body_cut',
  title: 'The body is incomplete',
  detail: 'The connection ended before the body did. Nothing was done.',
};

/** What reading the body of a request throws when its sender breaks off: no fault of ours (src/shared/http.ts). */
export class BodyCut extends Error {}

/** In our words, as all other findings are; a schema that says something of its own is left alone. */
z.config({
  customError(issue) {
    if (issue.code === 'invalid_value') return `must be one of ${issue.values.map(String).join(', ')}`;
    if (issue.code === 'unrecognized_keys')
      return `does not take ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}`;
    return issue.code === 'invalid_type' && issue.input === undefined ? 'is missing' : undefined;
  },
});

/** The JSON body of a management request, checked against its schema, or the refusal. An empty body reads as `{}`. */
export async function readJsonBody<T>(request: Request, schema: z.ZodType<T>): Promise<Result<T, Problem>> {
  const bytes = await readBounded(request, MAX_JSON_BODY_BYTES);
  if (bytes === null) return err(BODY_TOO_LARGE);
  if (bytes.byteLength > 0 && !/^application\/(.+\+)?json\b/i.test(request.headers.get('content-type') ?? '')) {
    return err({
      status: 415,
      code: 'unsupported_media_type',
      title: 'The body is not declared as JSON',
      detail: 'Send the body as JSON with Content-Type: application/json.',
    });
  }
  let data: unknown;
  try {
    data =
      bytes.byteLength === 0
        ? {}
        : JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes));
  } catch (cause) {
    return err({
      status: 400,
      code: 'invalid_json',
      title: 'The body is not JSON',
      detail: `The body could not be read as JSON${placeOf(cause)}.`,
    });
  }
  return checkInput(schema, data);
}

/** Only the place of V8's message: the rest quotes the text around it, which may be a password, and errors are kept and passed on. */
function placeOf(cause: unknown): string {
  const position = cause instanceof Error ? / at position \d+/.exec(cause.message)?.[0] : undefined;
  return position ?? '';
}

/** Checks already decoded input; every finding names its place as an RFC 6901 pointer. */
export function checkInput<T>(schema: z.ZodType<T>, data: unknown): Result<T, Problem> {
  const parsed = schema.safeParse(data);
  if (parsed.success) return ok(parsed.data);
  return err(
    invalidInput(parsed.error.issues.map(({ path, message }) => ({ pointer: pointerOf(path), reason: message }))),
  );
}

function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Null when the body is longer than `maxBytes`; stops reading there, so that a lying or absent Content-Length costs nothing. Throws BodyCut. */
export async function readBounded(
  message: Pick<Request | Response, 'body'>,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  if (!message.body) return new Uint8Array(0);
  const parts: Uint8Array[] = [];
  let total = 0;
  try {
    for await (const part of message.body as ReadableStream<Uint8Array>) {
      total += part.byteLength;
      if (total > maxBytes) return null;
      parts.push(part);
    }
  } catch (cause) {
    throw message instanceof Request ? new BodyCut('the sender broke off', { cause }) : cause;
  }
  return concatBytes(parts);
}
