/** What a key says about itself. Only the server can tell whether it is valid; its text alone says of which project it is and what it may do. */
export interface KeyClaims {
  /** `key_…`, as lists have it. */
  id: string;
  projectId: string;
  scopes: readonly string[];
  /** Of a browser key, whose text is public; null for those that programs hold. */
  origins: readonly string[] | null;
  recordsPerDay: number | null;
}

/** `bw_<id>.<kid>.<claims>.<signature>` (src/projects/key.ts). Null for a text that is no key: a part of one, or its prefix out of a list. */
export function readKeyClaims(key: string): KeyClaims | null {
  const [, id, payload] = /^bw_([0-9a-z]{1,32})\.[\w-]{1,16}\.([\w-]{1,4000})\.[\w-]{43}$/.exec(key) ?? [];
  if (id === undefined || payload === undefined) return null;
  try {
    const { p, s, o = null, q = null } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    if (typeof p !== 'string' || !Array.isArray(s)) return null;
    return { id: `key_${id}`, projectId: p, scopes: s, origins: o, recordsPerDay: q };
  } catch {
    return null; // base64 of something else: a text that only looks like a key
  }
}

type Scoped = Pick<KeyClaims, 'scopes'>;

export function mayQuery({ scopes }: Scoped): boolean {
  return scopes.includes('query') || scopes.includes('admin');
}

export function mayAdminister({ scopes }: Scoped): boolean {
  return scopes.includes('admin');
}

export function maySend({ scopes }: Scoped): boolean {
  return scopes.some((scope) => scope === 'admin' || scope.startsWith('ingest'));
}
