import type { Account } from './account.ts';

export interface Call {
  method: string;
  /** Below the account, without the query. */
  path: string;
  query: URLSearchParams;
  contentType: string;
  authorization: string;
  /** Of a bucket, which is a header there; null without it. */
  jurisdiction: string | null;
  body: Buffer;
}

export class Refusal {
  readonly status: number;
  readonly code: number;
  readonly message: string;
  constructor(status: number, code: number, message: string) {
    this.status = status;
    this.code = code;
    this.message = message;
  }
}

export interface Answer {
  result: unknown;
  info?: unknown;
}

export type Handler = (
  account: Account,
  call: Call,
  parts: readonly string[],
) => Answer | Refusal | Promise<Answer | Refusal>;

export const ok = (result: unknown): Answer => ({ result });
export const json = (call: Call) => JSON.parse(call.body.toString());

export function formOf(call: Call): Promise<FormData> {
  return new Response(new Uint8Array(call.body), { headers: { 'content-type': call.contentType } }).formData();
}

/** A JWT: wrangler reads what is in the middle of it. */
export function token(): string {
  return `e30.${Buffer.from('{}').toString('base64url')}.signature`;
}
