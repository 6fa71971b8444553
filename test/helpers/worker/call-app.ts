import { createExecutionContext } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { createApp } from '../../../src/app.ts';
import type { Env } from '../../../src/env.ts';
import { breachesOf } from './api-document.ts';
import { ORIGIN } from './origin.ts';

export { ORIGIN };

export interface SignedIn {
  userId: string;
  sessionId: string;
  cookie: string;
  csrf: string;
}

export interface CallOptions {
  /** Sends the cookie and, unless `csrf` says otherwise, the token that belongs to it. */
  as?: SignedIn;
  /** Null sends the cookie without a token. */
  csrf?: string | null;
  /** A page of ours sends its origin with every change. False sends neither `Origin` nor `Sec-Fetch-Site`, as a script would. */
  fromPage?: boolean;
  key?: string;
  /** Sent as JSON. A string or a stream is sent as it is. */
  body?: unknown;
  headers?: Record<string, string>;
  /** The address that the edge would report. */
  address?: string;
  origin?: string;
  /** Instead of the Worker of this test file: an app with other ports, or other bindings. */
  app?: { fetch(request: Request, env: Env, execution: ExecutionContext): Response | Promise<Response> };
  env?: Env;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** `Set-Cookie` lines by cookie name. */
  cookies: Map<string, string>;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the route answers and asserts it
  body: any;
}

/** One request to the whole app, JSON in and out. Each answer is one that the document of the API has. */
export async function callApp(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
  const headers = new Headers(options.headers);
  const csrf = options.csrf === undefined ? options.as?.csrf : options.csrf;
  if (options.as) headers.set('cookie', options.as.cookie);
  if (csrf) headers.set('x-csrf-token', csrf);
  const url = new URL(path, options.origin ?? ORIGIN);
  const saysWhence = headers.has('origin') || headers.has('sec-fetch-site');
  if (options.as && method !== 'GET' && !saysWhence && options.fromPage !== false) headers.set('origin', url.origin);
  if (options.key !== undefined) headers.set('authorization', `Bearer ${options.key}`);
  if (options.address !== undefined) headers.set('cf-connecting-ip', options.address);
  if (options.body !== undefined && !headers.has('content-type')) headers.set('content-type', 'application/json');
  const isRaw = typeof options.body === 'string' || options.body instanceof ReadableStream;
  const body = isRaw ? (options.body as string | ReadableStream) : JSON.stringify(options.body);
  const request = new Request(url, {
    method,
    headers,
    ...(options.body === undefined ? {} : { body }),
  });
  // On the way to the Worker's own door a stream is read before anybody asks for it.
  const app = options.app ?? (body instanceof ReadableStream ? createApp() : undefined);
  const response = app
    ? await app.fetch(request, options.env ?? env, createExecutionContext())
    : await exports.default.fetch(request);
  const text = await response.text();
  const contentType = response.headers.get('content-type') ?? '';
  const isJson = /[/+]json\b/.test(contentType);
  const answered = isJson && response.status !== 304 ? JSON.parse(text) : text;
  const breaches = await breachesOf({ method, url: url.href, status: response.status, contentType, body: answered });
  if (breaches.length > 0)
    throw new Error(`the document of the API says otherwise of ${method} ${url.pathname}: ${breaches.join('; ')}`);
  return {
    status: response.status,
    headers: response.headers,
    cookies: new Map(response.headers.getSetCookie().map((line) => [line.slice(0, line.indexOf('=')), line])),
    body: answered,
  };
}

/** A body of parts that come when somebody reads, and no earlier; a function is what happens before the next one. */
export function lateBody(...parts: (string | (() => Promise<void>))[]): ReadableStream<Uint8Array> {
  const left = [...parts];
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        for (let part = left.shift(); part !== undefined; part = left.shift()) {
          if (typeof part === 'string') return controller.enqueue(new TextEncoder().encode(part));
          await part();
        }
        controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}
