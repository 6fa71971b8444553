import * as z from 'zod';
import type { LookupFailure } from './types.ts';

/** Of the IANA registry of DNS parameters. */
export const TYPES = { A: 1, AAAA: 28 } as const;
const CNAME = 5;
const SOA = 6;
const NOERROR = 0;
const NXDOMAIN = 3;

/** A chain that is longer is a loop, or made to be long; resolvers give up between 8 and 16. */
const MAX_CNAMES = 16;
/** No receiver has so many; what follows would only be work. */
const MAX_ADDRESSES = 64;

/** The first is kept for at most its TTL; of the second, null where the answer does not say for how long it holds. */
export type Lookup =
  | { kind: 'addresses'; addresses: string[]; ttlMs: number }
  | { kind: 'none'; failure: LookupFailure; ttlMs: number | null };

const row = z.lazy(() =>
  z.object({ name: z.string(), type: z.number(), TTL: z.number().nonnegative(), data: z.string() }),
);
/** developers.cloudflare.com/1.1.1.1/encryption/dns-over-https/make-api-requests/dns-json, which is also what developers.google.com/speed/public-dns/docs/doh/json says. */
const message = z.lazy(() =>
  z.object({
    Status: z.number().int(),
    TC: z.boolean().optional(),
    Answer: z.array(row).optional(),
    Authority: z.array(row).optional(),
  }),
);

const AWAY: Lookup = { kind: 'none', failure: 'resolver_away', ttlMs: null };

/** What an `application/dns-json` body says of a name. What is no such body came from no resolver: `resolver_away`. */
export function readAnswer(text: string, host: string, type: keyof typeof TYPES): Lookup {
  const parsed = message.safeParse(jsonOf(text));
  if (!parsed.success || parsed.data.TC) return AWAY;
  const { Status, Answer = [], Authority = [] } = parsed.data;
  if (Status === NXDOMAIN) return { kind: 'none', failure: 'unknown_name', ttlMs: negativeTtlMs(Authority) };
  // SERVFAIL (2) and REFUSED (5), which the name's own servers bring about.
  if (Status !== NOERROR) return { kind: 'none', failure: 'server_failure', ttlMs: null };
  const chain = chainOf(host, Answer);
  if (chain === null) return { kind: 'none', failure: 'server_failure', ttlMs: null };
  const found = Answer.filter(({ name, type: of }) => of === TYPES[type] && bare(name) === chain.end);
  if (found.length === 0) return { kind: 'none', failure: 'no_address', ttlMs: negativeTtlMs(Authority) };
  const ttlMs = Math.min(...chain.ttls, ...found.map(({ TTL }) => TTL)) * 1_000;
  return { kind: 'addresses', addresses: found.slice(0, MAX_ADDRESSES).map(({ data }) => data), ttlMs };
}

/**
 * Of both types together. One that did not come leaves open what the connection, which is made by name, would find there: then nothing is known. A type for
 * which the name's own servers fail is another matter: whoever connects is told the same.
 */
export function joinLookups(...lookups: readonly Lookup[]): Lookup {
  const none = lookups.filter((lookup) => lookup.kind === 'none');
  if (none.some(({ failure }) => failure === 'resolver_away')) return AWAY;
  const found = lookups.filter((lookup) => lookup.kind === 'addresses');
  if (found.length > 0) {
    return {
      kind: 'addresses',
      addresses: [...new Set(found.flatMap(({ addresses }) => addresses))],
      ttlMs: Math.min(...found.map(({ ttlMs }) => ttlMs)),
    };
  }
  const worst = (['server_failure', 'unknown_name', 'no_address'] as const).find((failure) =>
    none.some((lookup) => lookup.failure === failure),
  );
  const ttls = none.flatMap(({ ttlMs }) => (ttlMs === null ? [] : [ttlMs]));
  return { kind: 'none', failure: worst ?? 'resolver_away', ttlMs: ttls.length > 0 ? Math.min(...ttls) : null };
}

type Row = z.infer<typeof row>;

/** The name at the end of the aliases, and the TTLs on the way; null for a loop. Rows that are not on the way are not of this name. */
function chainOf(host: string, rows: readonly Row[]): { end: string; ttls: number[] } | null {
  const aliases = new Map(rows.filter(({ type }) => type === CNAME).map((alias) => [bare(alias.name), alias]));
  const ttls: number[] = [];
  let end = bare(host);
  for (let alias = aliases.get(end); alias; alias = aliases.get(end)) {
    if (ttls.push(alias.TTL) > MAX_CNAMES) return null;
    end = bare(alias.data);
  }
  return { end, ttls };
}

/** RFC 2308 5: the smaller of the SOA's TTL and its last field. */
function negativeTtlMs(authority: readonly Row[]): number | null {
  const soa = authority.find(({ type }) => type === SOA);
  if (!soa) return null;
  const minimum = Number(soa.data.trim().split(/\s+/).at(-1));
  return Math.min(soa.TTL, Number.isFinite(minimum) && minimum >= 0 ? minimum : soa.TTL) * 1_000;
}

function bare(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
