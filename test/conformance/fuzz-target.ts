/** Sends what the fuzzer makes, and keeps what answers name, so that later requests find something. */

import type { GivenAnswer } from '../helpers/api-contract.ts';
import type { AgedWorker } from '../helpers/node/aged-worker.ts';
import type { ApiFixture } from '../helpers/node/api-fixture.ts';
import type { Caller, FuzzRequest, Part } from './fuzz-request.ts';
import { Guests, signIn } from './guests.ts';

/** What ends the session that it came with: those who are sent for it have nothing else to do. */
const ENDS_THE_CALLER = /^POST \/api\/auth\/(login|logout|revoke-all|refresh|password|step-up)/;
const MOST_KEPT = 30;
const ID = /^([a-z]{3,4}_[\w-]{4,}|[0-9a-f]{16}|[0-9a-f-]{32,36}|\d{4}-\d\d-\d\d)$/;

export class FuzzTarget {
  readonly #url: string;
  readonly #headers: Record<Caller, Record<string, string>>;
  readonly #home: string;
  readonly #guests: Guests;
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
    this.#guests = new Guests(url);
  }

  static async open({ worker: { url }, client }: AgedWorker, fixtures: readonly ApiFixture[]): Promise<FuzzTarget> {
    const key = (scopes: string[]) =>
      client.call<{ id: string; key: string }>('POST', `/api/projects/${client.projectId}/keys`, {
        ...{ name: 'fuzzer', scopes },
      });
    const [adminKey, ingestKey] = [await key(['admin', 'query', 'ingest']), await key(['ingest'])];
    const admin = await signIn(url, 'admin');
    if (!admin) throw new Error('the administrator cannot sign in');
    const sessions = (await (await fetch(`${url}/api/auth/sessions`, { headers: admin.headers })).json()) as {
      items: { id: string; current: boolean }[];
    };
    const session = sessions.items.find(({ current }) => current)?.id ?? '';
    const headers = {
      admin: admin.headers,
      adminKey: { authorization: `Bearer ${adminKey.key}` },
      ingestKey: { authorization: `Bearer ${ingestKey.key}` },
      nobody: {},
    };
    const own = new Set([client.projectId, adminKey.id, ingestKey.id, admin.userId, session]);
    const target = new FuzzTarget(url, headers, client.projectId, own);
    for (const { traceId, visitId } of fixtures) {
      target.#known.set('traceId', [traceId]);
      target.#known.set('sessionId', [visitId]);
    }
    return target;
  }

  async send(request: FuzzRequest): Promise<GivenAnswer> {
    const { method } = request;
    const url = new URL(this.#url + this.#pathOf(request));
    for (const [name, part] of Object.entries(request.query))
      url.searchParams.set(name, this.#textOf(part, name, false));
    const { caller } = request;
    const isEnding = caller === 'admin' && ENDS_THE_CALLER.test(`${method} ${request.path}`);
    const guest = isEnding ? await this.#guests.comeFor(request.path) : null;
    const credentials = isEnding ? (guest?.headers ?? this.#headers.adminKey) : this.#headers[caller];
    const said = Object.entries(request.headers).filter(
      (header): header is [string, string] => header[1] !== undefined,
    );
    const headers: Record<string, string> = {
      ...{ 'content-type': 'application/json', ...Object.fromEntries(said) },
      ...credentials,
    };
    const body = method === 'GET' || method === 'OPTIONS' || request.body === null ? {} : { body: request.body };
    const response = await fetch(url, { method, headers, redirect: 'manual', ...body });
    const text = await response.text();
    const contentType = response.headers.get('content-type') ?? '';
    const answer = /[/+]json\b/.test(contentType) && text !== '' ? JSON.parse(text) : text;
    if (response.ok) this.#keep(listOf(request.path), answer);
    if (caller === 'admin' && !isEnding && isSignedOut(answer)) this.#endedBefore ??= `${method} ${url.pathname}`;
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

function isSignedOut(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && 'code' in answer && answer.code === 'unauthenticated';
}

function listOf(path: string): string {
  return path.replace(/\/\{.*$/, '');
}
