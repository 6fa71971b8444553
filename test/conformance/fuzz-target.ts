/** Sends what the fuzzer makes, and keeps what answers name, so that later requests find something. */
import type { GivenAnswer } from '../helpers/api-contract.ts';
import type { StartedWorkerd } from '../helpers/node/workerd.ts';
import type { Caller, FuzzRequest, Part } from './fuzz-request.ts';

/** What ends, hides or locks the caller is sent by nobody and by keys: everything behind it would go untried. A sign-in ends the session that it came with. */
const ENDS_THE_CALLER =
  /^POST \/api\/auth\/(login|logout|revoke-all|refresh|password|step-up|factors|passkeys)|^DELETE \/api\/auth\/|^PATCH \/api\/users\//;
const LIMITS = { ingestPerMinute: 300_000, queryPerMinute: 300_000 };
const PASSWORD = 'correct horse battery staple';
const MOST_KEPT = 30;
const ID = /^([a-z]{3,4}_[\w-]{4,}|[0-9a-f]{16}|[0-9a-f-]{32,36}|\d{4}-\d\d-\d\d)$/;

export class FuzzTarget {
  readonly #url: string;
  readonly #headers: Record<Caller, Record<string, string>>;
  readonly #home: string;
  /** The first request that found the administrator's session ended. */
  #endedBefore: string | null = null;
  /** Ids that are the callers' own: a request that changes them would end the run. */
  readonly #own: ReadonlySet<string>;
  /** By the list that they were in, `/api/alerts/rules`, which is where their own paths begin, and by the member of an answer, `fingerprint`. */
  readonly #known = new Map<string, string[]>();

  private constructor(
    url: string,
    headers: Record<Caller, Record<string, string>>,
    home: string,
    own: ReadonlySet<string>,
  ) {
    this.#url = url;
    this.#headers = headers;
    this.#home = home;
    this.#own = own;
  }

  static async open(worker: StartedWorkerd): Promise<FuzzTarget> {
    const { url } = worker;
    const session = await worker.signIn();
    const project = (await session.post('/api/projects', { name: 'fuzzed' })) as { id: string };
    await session.patch(`/api/projects/${project.id}`, { limits: LIMITS });
    const key = (scopes: string[]) =>
      session.post(`/api/projects/${project.id}/keys`, { name: 'fuzzer', scopes }) as Promise<{
        id: string;
        key: string;
      }>;
    const [adminKey, ingestKey] = [await key(['admin', 'query', 'ingest']), await key(['ingest'])];
    const { headers: admin, userId } = await signedIn(url);
    const headers = {
      admin,
      adminKey: { authorization: `Bearer ${adminKey.key}` },
      ingestKey: { authorization: `Bearer ${ingestKey.key}` },
      nobody: {},
    };
    const target = new FuzzTarget(url, headers, project.id, new Set([project.id, adminKey.id, ingestKey.id, userId]));
    await target.#storeRecords();
    return target;
  }

  /** One of each kind that has pages of its own, so that a search, an error, a trace and a session are there to be found. */
  async #storeRecords(): Promise<void> {
    const ids = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', sessionId: 'fuzzed-session', userId: 'fuzzed-user' };
    const records = [
      { stream: 'logs', message: 'a record', service: 'checkout', ...ids },
      { stream: 'errors', message: 'TypeError: x is not a function', level: 'error', service: 'checkout', ...ids },
    ];
    const response = await fetch(`${this.#url}/api/ingest`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...this.#headers.ingestKey },
      body: JSON.stringify(records),
    });
    const told = await response.text();
    if (response.status !== 202) throw new Error(`the first records are not taken: ${response.status} ${told}`);
    for (const name of ['traceId', 'sessionId'] as const) this.#known.set(name, [ids[name]]);
  }

  async send(request: FuzzRequest): Promise<GivenAnswer> {
    const { method } = request;
    const url = new URL(this.#url + this.#pathOf(request));
    for (const [name, part] of Object.entries(request.query))
      url.searchParams.set(name, this.#textOf(part, name, false));
    const caller =
      ENDS_THE_CALLER.test(`${method} ${request.path}`) && request.caller === 'admin' ? 'adminKey' : request.caller;
    const said = Object.entries(request.headers).filter(
      (header): header is [string, string] => header[1] !== undefined,
    );
    const headers: Record<string, string> = {
      ...{ 'content-type': 'application/json', ...Object.fromEntries(said) },
      ...this.#headers[caller],
    };
    const body = method === 'GET' || method === 'OPTIONS' || request.body === null ? {} : { body: request.body };
    const response = await fetch(url, { method, headers, redirect: 'manual', ...body });
    const text = await response.text();
    const contentType = response.headers.get('content-type') ?? '';
    const answer = /[/+]json\b/.test(contentType) && text !== '' ? JSON.parse(text) : text;
    if (response.ok) this.#keep(listOf(request.path), answer);
    if (caller === 'admin' && isSignedOut(answer)) this.#endedBefore ??= `${method} ${url.pathname}`;
    return { method, url: url.href, status: response.status, contentType, body: answer };
  }

  /** Callers that are no longer let in where they were at the beginning. */
  async callersLost(): Promise<string[]> {
    const doors: [Caller, string, string][] = [
      ['admin', 'GET', '/api/auth/me'],
      ['adminKey', 'GET', `/api/projects/${this.#home}`],
      ['ingestKey', 'POST', '/api/ingest'],
    ];
    const answers = doors.map(async ([caller, method, path]) => {
      const headers = { 'content-type': 'application/json', ...this.#headers[caller] };
      const body = method === 'POST' ? { body: '{"message":"at the end"}' } : {};
      const response = await fetch(this.#url + path, { method, headers, ...body });
      const since =
        caller === 'admin' && this.#endedBefore !== null ? `, at the latest before ${this.#endedBefore}` : '';
      return response.ok ? [] : [`${caller}: ${response.status} ${await response.text()}${since}`];
    });
    return (await Promise.all(answers)).flat();
  }

  /** Changes are of what is not the callers' own; reads find that too. */
  #pathOf({ method, path, pathParts }: FuzzRequest): string {
    return path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => {
      const part = pathParts[name] ?? { text: '' };
      const isHome = path.startsWith('/api/projects/{id}/') && name === 'id' && !path.includes('cardinality');
      const text =
        isHome && 'known' in part && part.known % 4 > 0
          ? this.#home
          : this.#textOf(part, this.#known.has(name) ? name : listOf(path), method !== 'GET');
      // Neither an empty segment nor one that the URL parser takes for a way up is a parameter.
      return /^\.{0,2}$/.test(text) ? 'x' : encodeURIComponent(text.toWellFormed());
    });
  }

  #textOf(part: Part, list: string, isChanged: boolean): string {
    if ('text' in part) return part.text === 'home' ? this.#home : part.text;
    const ofList = part.known % 8 > 0 ? this.#known.get(list) : undefined;
    const ids = ofList ?? [...this.#known.values()].flat();
    const found = ids[part.known % Math.max(1, ids.length)] ?? 'nothing';
    return isChanged && this.#own.has(found) ? 'nothing' : found;
  }

  #keep(list: string, value: unknown): void {
    const ids = this.#known.get(list) ?? [];
    if (typeof value === 'string' && ID.test(value) && !ids.includes(value)) ids.push(value);
    if (typeof value === 'object' && value !== null)
      for (const [name, part] of Object.entries(value)) {
        this.#keep(list, part);
        if (typeof part === 'string' && name !== 'id') this.#keep(name, part);
      }
    if (ids.length > MOST_KEPT) ids.splice(0, ids.length - MOST_KEPT);
    if (ids.length > 0) this.#known.set(list, ids);
  }
}

async function signedIn(url: string): Promise<{ headers: Record<string, string>; userId: string }> {
  const login = await fetch(`${url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ username: 'admin', password: PASSWORD }),
  });
  if (!login.ok) throw new Error(`the administrator cannot sign in: ${login.status} ${await login.text()}`);
  const { csrf, userId } = (await login.json()) as { csrf: string; userId: string };
  const cookies = login.headers.getSetCookie().map((line) => line.split(';', 1)[0]);
  return { headers: { cookie: cookies.join('; '), origin: url, 'x-csrf-token': csrf }, userId };
}

function isSignedOut(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && 'code' in answer && answer.code === 'unauthenticated';
}

function listOf(path: string): string {
  return path.replace(/\/\{.*$/, '');
}
