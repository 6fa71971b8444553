import { concatBytes, decodeUtf8 } from '../../shared/bytes.ts';
import { joinLookups, type Lookup, readAnswer, type TYPES } from './answer.ts';

/** Resolvers answer within tens of milliseconds, from far servers within a second. Attempts wait for it where nothing is known. */
export const DOH_TIMEOUT_MS = 2_000;
/** Of one answer. A name with 64 addresses behind 16 aliases takes 10 KB. */
const MAX_ANSWER_BYTES = 64 * 1024;

export type LookUp = (host: string) => Promise<Lookup>;

/** Asks a resolver that speaks `application/dns-json` (DNS_RESOLVER_URL) for both types at once. Never throws: a resolver that fails is `resolver_away`. */
export function dohLookUp(resolverUrl: string, send: typeof fetch = fetch): LookUp {
  return async (host) => {
    const ask = (type: keyof typeof TYPES) => askFor(resolverUrl, host, type, send);
    return joinLookups(...(await Promise.all([ask('A'), ask('AAAA')])));
  };
}

async function askFor(
  resolverUrl: string,
  host: string,
  type: keyof typeof TYPES,
  send: typeof fetch,
): Promise<Lookup> {
  const away: Lookup = { kind: 'none', failure: 'resolver_away', ttlMs: null };
  const url = new URL(resolverUrl);
  url.searchParams.set('name', host);
  url.searchParams.set('type', type);
  try {
    const answer = await send(url.href, {
      headers: { accept: 'application/dns-json' },
      // A resolver that sends us on is not the one that was configured.
      redirect: 'manual',
      signal: AbortSignal.timeout(DOH_TIMEOUT_MS),
    });
    const isJson = /^application\/(dns-)?json\b/i.test(answer.headers.get('content-type') ?? '');
    if (answer.status !== 200 || !isJson) {
      await answer.body?.cancel();
      return away;
    }
    const text = await readText(answer);
    return text === null ? away : readAnswer(text, host, type);
  } catch {
    // No connection, or no answer in time. There is nothing in the error that an operator could use: production says "internal error".
    return away;
  }
}

/** Null where it is longer than an answer may be, or no text. */
async function readText(answer: Response): Promise<string | null> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of answer.body ?? []) {
    bytes += part.byteLength;
    // Leaving the loop cancels the body.
    if (bytes > MAX_ANSWER_BYTES) return null;
    parts.push(part);
  }
  return decodeUtf8(concatBytes(parts));
}
