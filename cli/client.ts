import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import packageJson from '../package.json' with { type: 'json' };
import { parseJson } from '../src/shared/json.ts';
import { CliError, EXIT, type ExitCode } from './exit.ts';
import { type KeyClaims, readKeyClaims } from './key-claims.ts';
import { networkReason } from './network-reason.ts';
import type { Target } from './target.ts';

export const VERSION: string = packageJson.version;
const USER_AGENT = `breakwater-cli/${VERSION}`;
const DEFAULT_TIMEOUT_MS = 30_000;
/** Of what may be asked again; each wait is what the server asks for, at most this. */
const MAX_TRIES = 4;
const MAX_WAIT_MS = 10_000;

export interface CallOptions {
  query?: Readonly<Record<string, string | number | null | undefined>>;
  body?: unknown;
  /** Instead of `body`: sent as they are. */
  bytes?: Uint8Array<ArrayBuffer>;
  headers?: Readonly<Record<string, string>>;
  /** Of one try. */
  timeoutMs?: number;
  /** Without waiting for better times: for whoever wants to know how things are now. */
  once?: boolean;
}

/** Talks to one deployment with one key. Every refusal becomes a CliError that says what to do. */
export class Client {
  readonly url: string;
  readonly source: string;
  readonly #key: string | null;
  readonly #signal: AbortSignal;

  constructor({ url, key, source }: Target, signal: AbortSignal) {
    this.url = url;
    this.source = source;
    this.#key = key;
    this.#signal = signal;
  }

  /** Throws a CliError where there is none, or where it is no key. */
  get key(): string {
    if (this.#key !== null) return this.#key;
    const hint = `Run "breakwater login ${this.url}", or set BREAKWATER_KEY.`;
    throw new CliError(EXIT.notAllowed, `There is no key for ${this.url}.`, { hint });
  }

  get hasKey(): boolean {
    return this.#key !== null;
  }

  get claims(): KeyClaims {
    const claims = readKeyClaims(this.key);
    if (claims !== null) return claims;
    const hint = 'A key begins with "bw_" and is shown once, when it is made. Copy all of it.';
    throw new CliError(EXIT.notAllowed, 'What is set as the key is no key of Breakwater.', { hint });
  }

  get projectId(): string {
    return this.claims.projectId;
  }

  get signal(): AbortSignal {
    return this.#signal;
  }

  async get<T>(path: string, query: CallOptions['query'] = {}): Promise<T> {
    return (await this.call('GET', path, { query })) as T;
  }

  /** A change. It has an Idempotency-Key, so a repeat after a lost answer makes it once. */
  async change<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, options: CallOptions = {}): Promise<T> {
    const headers = { 'idempotency-key': randomUUID(), ...options.headers };
    return (await this.call(method, path, { ...options, headers })) as T;
  }

  /** The JSON of a good answer, null where it has no body. */
  async call(method: string, path: string, options: CallOptions = {}): Promise<unknown> {
    const answer = await this.open(method, path, options);
    const text = await answer.text().catch((cause) => {
      throw unreachable(this.url, cause);
    });
    if (text === '') return null;
    try {
      return parseJson(text);
    } catch {
      throw notBreakwater(this.url, answer);
    }
  }

  /** A good answer whose body is still to be read. Overload and lost answers are waited out, a bounded number of times. */
  async open(method: string, path: string, options: CallOptions = {}): Promise<Response> {
    for (let tries = 1; ; tries++) {
      const answer = await this.try(method, path, options).catch((error: unknown) => {
        if (options.once || tries >= MAX_TRIES || !(error instanceof CliError)) throw error;
        return null;
      });
      if (answer?.ok) return answer;
      const passes = answer === null || answer.status === 429 || answer.status === 503;
      if (answer !== null && (!passes || options.once || tries >= MAX_TRIES)) throw await refusal(this.url, answer);
      await answer?.body?.cancel();
      await this.wait(waitMs(answer, tries));
    }
  }

  /** One try, whatever it answers. Throws a CliError where nothing does. */
  async try(method: string, path: string, options: CallOptions = {}): Promise<Response> {
    const url = new URL(this.url + path);
    for (const [name, value] of Object.entries(options.query ?? {}))
      if (value !== null && value !== undefined) url.searchParams.set(name, String(value));
    const timeout = AbortSignal.timeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    const json = options.body !== undefined;
    try {
      return await fetch(url, {
        method,
        // A redirect is a sign-in page or another host, to which the key must not go.
        redirect: 'manual',
        signal: AbortSignal.any([timeout, this.#signal]),
        headers: {
          ...{ 'user-agent': USER_AGENT, accept: 'application/json' },
          ...(this.#key === null ? {} : { authorization: `Bearer ${this.#key}` }),
          ...(json ? { 'content-type': 'application/json' } : {}),
          ...options.headers,
        },
        ...(json ? { body: JSON.stringify(options.body) } : {}),
        ...(options.bytes === undefined ? {} : { body: options.bytes }),
      });
    } catch (cause) {
      if (this.#signal.aborted) throw new CliError(EXIT.interrupted, 'Stopped.');
      throw unreachable(this.url, cause);
    }
  }

  /** Ends early when the command is stopped. */
  async wait(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#signal }).catch(() => undefined); // only an abort ends it early
    if (this.#signal.aborted) throw new CliError(EXIT.interrupted, 'Stopped.');
  }
}

/** What an overloaded server asks for, else twice as long with each try. */
function waitMs(answer: Response | null, tries: number): number {
  const asked = Number(answer?.headers.get('retry-after')) * 1_000;
  return Math.min(MAX_WAIT_MS, asked > 0 ? asked : 250 * 2 ** tries);
}

export function unreachable(url: string, cause: unknown): CliError {
  const { reason, hint } = networkReason(cause);
  return new CliError(EXIT.unreachable, `${url} does not answer: ${reason}.`, { hint });
}

export function notBreakwater(url: string, answer: Response): CliError {
  const location = answer.headers.get('location');
  const what =
    location === null
      ? `with ${answer.status} and ${answer.headers.get('content-type') ?? 'no content type'}`
      : `with a redirect to ${URL.canParse(location, url) ? new URL(location, url).host : 'another place'}`;
  const hint = location?.includes('cloudflareaccess.com')
    ? 'Cloudflare Access is in front of it: let a service token or this path through.'
    : 'Check the address: it is that of the Worker, without a path.';
  return new CliError(EXIT.unreachable, `What answers at ${url} is not Breakwater: it answers ${what}.`, { hint });
}

/** Of Cloudflare, or a proxy in between, when what it stands for is away. */
const GATEWAY_STATUSES: ReadonlySet<number> = new Set([502, 504, 520, 521, 522, 523, 524, 525, 526, 530]);

/** A refusal as a sentence with its code, and what can be done. Reads the body. */
export async function refusal(url: string, answer: Response): Promise<CliError> {
  if (answer.status >= 300 && answer.status < 400) return notBreakwater(url, answer);
  const text = await answer.text().catch(() => '');
  const problem = problemIn(text);
  if (problem === null) {
    if (!GATEWAY_STATUSES.has(answer.status)) return notBreakwater(url, answer);
    const hint = 'The edge answers, what is behind it does not. Try again; "breakwater doctor" says more.';
    return new CliError(EXIT.unreachable, `${url} is away (${answer.status}).`, { hint, status: answer.status });
  }
  const { code, requestId } = problem;
  const hint = HINTS[code];
  const details = { code, requestId, status: answer.status, ...(hint === undefined ? {} : { hint }) };
  return new CliError(exitCodeOf(answer.status, code), problem.detail, details);
}

function exitCodeOf(status: number, code: string): ExitCode {
  if (status === 401 || status === 403) return EXIT.notAllowed;
  return code === 'invalid_query' || code === 'invalid_input' ? EXIT.usage : EXIT.failed;
}

const HINTS: Readonly<Record<string, string>> = {
  key_invalid:
    'This deployment did not make the key: check the address and that all of the key was copied; log in again.',
  key_revoked: 'Ask an administrator for another key, and log in with it.',
  project_disabled: 'An administrator can enable the project again.',
  forbidden: 'Log in with a key that has the scope: "breakwater login --profile <name>" keeps both.',
  rate_limited: 'Wait a minute, or have an administrator raise the rate of the project.',
  quota_exceeded: 'The quota of the key begins anew at midnight UTC.',
  store_away: 'A store of the deployment is away: "breakwater health" says which. Try again.',
  step_up_required: 'Sign in again.',
};

export interface Problem {
  code: string;
  detail: string;
  requestId: string;
}

export function problemIn(text: string): Problem | null {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body !== 'object' || body === null || !('code' in body) || typeof body.code !== 'string') return null;
    const { code, detail, title, requestId } = body as Record<string, unknown>;
    return { code, detail: String(detail ?? title ?? code), requestId: String(requestId ?? '') } as Problem;
  } catch {
    return null; // not a problem document: the caller says what it is instead
  }
}
