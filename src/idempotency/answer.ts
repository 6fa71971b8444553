import type { AccessCheck } from '../env.ts';
import { concatBytes, utf8 } from '../shared/bytes.ts';
import { readBounded } from '../shared/json-body.ts';

/** Answers of changes are a row or a list of rejects. A row of the database holds 2 MB, and a thousand of these go in one delete. */
export const MAX_ANSWER_BYTES = 256 * 1024;

/** An answer as it is kept, with what was checked before it was given. */
export interface KeptAnswer {
  status: number;
  headers: [name: string, value: string][];
  checks: AccessCheck[];
  body: Uint8Array<ArrayBuffer>;
}

/** Of this request alone, or set anew on every answer. */
const NOT_KEPT = /^(x-request-id|server-timing|date|connection|transfer-encoding|content-length|ratelimit(-.*)?)$/;

/**
 * The bytes to keep; null for an answer that is not kept: it is too large, or it sets a cookie, and a session belongs to the request that it
 * was opened for. The response itself is left to be sent.
 */
export async function packAnswer(response: Response, checks: readonly AccessCheck[]): Promise<Uint8Array | null> {
  if (response.headers.has('set-cookie')) return null;
  const body = await readBounded(response.clone(), MAX_ANSWER_BYTES);
  if (body === null) return null;
  const headers = [...response.headers].filter(([name]) => !NOT_KEPT.test(name));
  return concatBytes([utf8(`${JSON.stringify({ status: response.status, headers, checks })}\n`), body]);
}

export function unpackAnswer(bytes: Uint8Array<ArrayBuffer>): KeptAnswer {
  const end = bytes.indexOf(0x0a);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end))) as Omit<KeptAnswer, 'body'>;
  return { ...head, body: bytes.slice(end + 1) };
}

export function replayOf({ status, headers, body }: KeptAnswer): Response {
  // A Response with one of these statuses refuses any body, an empty one too (Fetch standard, null body status).
  const isBodiless = status === 204 || status === 205 || status === 304;
  const response = new Response(isBodiless ? null : body, { status, headers });
  response.headers.set('idempotent-replayed', 'true');
  return response;
}
