import { type BrowserClient, browserClient } from '../edge/index.ts';
import { type KeyClaims, verifyKey } from '../projects/index.ts';
import type { AppContext } from '../shared/http.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { BROWSER_STREAMS, STREAMS, type Stream } from '../wire/record.ts';
import { type IngestError, ingestProblem } from './errors.ts';
import { countRefused } from './refusals.ts';
import { countRefusedKey } from './refused-keys.ts';

/** Who sends, as the ledger and the journal know it. */
export interface Sender {
  projectId: string;
  /** The key, or `user:<id>` of somebody signed in: the ledger's account. */
  keyId: string;
  /** Streams it may write; null is all. */
  streams: readonly Stream[] | null;
  /** The key's quota; null for keys without one, and for people. */
  recordsPerDay: number | null;
  /** What the edge sees of a page's browser; null where the key is bound to no origins. */
  browser: BrowserClient | null;
}

/**
 * The sender of a request to a write route, from its key alone: no database is read (DESIGN 3). A refusal is counted where an operator sees it
 * before it is returned.
 */
export async function authenticateSender(c: AppContext): Promise<Result<Sender, IngestError>> {
  const found = await verifiedKey(c);
  if (!found.ok) return found;
  const { claims, inUrl } = found.value;
  const { projectId, keyId } = claims;
  const streams = writableStreams(claims);
  const mayNotSend: IngestError | null = streams?.length === 0 ? { kind: 'scope', needed: 'ingest' } : null;
  const error = mayNotSend ?? refusal(c, claims, inUrl);
  if (error === null) {
    const browser = claims.origins === null ? null : browserClient(c.req.raw.headers, c.get('ctx').country());
    return ok({ projectId, keyId, streams, recordsPerDay: claims.quota?.recordsPerDay ?? null, browser });
  }
  await countRefused(c.get('ctx'), claims, error);
  return err(error);
}

/**
 * The same for a route that any key of a project may call; null where the request presents none. Revocation is known to the journal
 * (Journal.keyRefusal): the caller asks it.
 */
export async function authenticateAnyKey(c: AppContext): Promise<Result<KeyClaims, IngestError> | null> {
  if (presentedKey(c) === null) return null;
  const found = await verifiedKey(c);
  if (!found.ok) return found;
  const { claims, inUrl } = found.value;
  const error = refusal(c, claims, inUrl);
  if (error === null) return ok(claims);
  await countRefused(c.get('ctx'), claims, error);
  return err(error);
}

async function verifiedKey(c: AppContext): Promise<Result<{ claims: KeyClaims; inUrl: boolean }, IngestError>> {
  const ctx = c.get('ctx');
  const presented = presentedKey(c);
  const claims = presented === null ? null : verifyKey(ctx.config, presented.key);
  if (presented !== null && claims) {
    const { keyId, projectId } = claims;
    if (ctx.facts) Object.assign(ctx.facts, { keyId, projectId });
    return ok({ claims, inUrl: presented.inUrl });
  }
  const error: IngestError = { kind: presented === null ? 'no_key' : 'bad_key' };
  await countRefusedKey(ctx, presented?.key ?? null, ingestProblem(error).code);
  return err(error);
}

function refusal(c: AppContext, { scopes, origins }: KeyClaims, inUrl: boolean): IngestError | null {
  // URLs end up in logs and histories: what can be found there must not be able to read.
  if (inUrl && !scopes.every((scope) => scope.startsWith('ingest'))) return { kind: 'key_in_url' };
  const origin = originOf(c);
  return origins === null || origins.includes(origin) ? null : { kind: 'origin', origin };
}

/** A browser names no origin with a GET to the page's own. It sets Sec-Fetch-Site itself, as it sets Origin: no page can. */
function originOf(c: AppContext): string {
  const isOwn = c.req.method === 'GET' && c.req.header('sec-fetch-site') === 'same-origin';
  return c.req.header('origin') ?? (isOwn ? new URL(c.req.url).origin : '');
}

/** Null: every stream. A browser key writes browser streams, whatever its scopes say. */
export function writableStreams({ scopes, origins }: Pick<KeyClaims, 'scopes' | 'origins'>): Stream[] | null {
  const all = scopes.includes('ingest') || scopes.includes('admin');
  if (all && origins === null) return null;
  return (origins === null ? STREAMS : BROWSER_STREAMS).filter((stream) => all || scopes.includes(`ingest:${stream}`));
}

/** Null where the key may write the stream. */
export function streamRefusal({ streams }: Pick<Sender, 'streams'>, stream: Stream): IngestError | null {
  return streams === null || streams.includes(stream) ? null : { kind: 'scope', needed: `ingest:${stream}` };
}

interface PresentedKey {
  key: string;
  inUrl: boolean;
}

/** As each client can: `Authorization` (Bearer, Basic, ApiKey), `X-Api-Key`, or `?key=` for senders that can set nothing else. Null: none. */
function presentedKey(c: AppContext): PresentedKey | null {
  const authorization = c.req.header('authorization');
  if (authorization !== undefined) return { key: keyOfAuthorization(authorization), inUrl: false };
  const header = c.req.header('x-api-key');
  if (header !== undefined) return { key: header, inUrl: false };
  const query = c.req.query('key');
  return query === undefined ? null : { key: query, inUrl: true };
}

/** '' for what cannot be a key: such a request claims to have one, and is refused as such. */
export function keyOfAuthorization(authorization: string): string {
  const [, scheme = '', value = ''] = /^([A-Za-z]+) +(\S+)$/.exec(authorization) ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return value;
    case 'basic': {
      // RFC 7617: `user:password`. Shippers ask for both, and some insist on a text in each: the key is the password, or else the user.
      const [, user = '', password = ''] = /^([^:]*):(.*)$/s.exec(fromBase64Text(value)) ?? [];
      return password === '' || (isLikeKey(user) && !isLikeKey(password)) ? user : password;
    }
    case 'apikey':
      // Elasticsearch's clients send a text as it is, or base64 of `id:key`. A dot is in each of our keys and in no base64.
      return value.includes('.') ? value : (/^[^:]*:(.*)$/s.exec(fromBase64Text(value))?.[1] ?? '');
    default:
      return '';
  }
}

/** By its first characters; whether it is one, its signature says. */
function isLikeKey(text: string): boolean {
  return text.startsWith('bw_');
}

function fromBase64Text(value: string): string {
  return Buffer.from(value, 'base64').toString('utf8');
}
