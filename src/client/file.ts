/** A file of the SDK as a URL names it. */
export interface ClientFile {
  part: 'client' | 'extra';
  /** Of the content that the page expects; null: whatever is current. */
  hash: string | null;
  isMap: boolean;
}

/** What a name of such a file is. */
export const CLIENT_FILE = /^(client|extra)(?:\.([\da-f]{16}))?\.min\.js(\.map)?$/;

/** `client.min.js`, `client.<hash>.min.js`, the same with `extra`, and their source maps; null for anything else. */
export function parseClientFile(name: string): ClientFile | null {
  const [, part, hash, map] = CLIENT_FILE.exec(name) ?? [];
  if (part !== 'client' && part !== 'extra') return null;
  return { part, hash: hash ?? null, isMap: map !== undefined };
}

/** Files are named so in dist/sdk. */
export function assetName({ part, isMap }: ClientFile): string {
  return `${part}.min.js${isMap ? '.map' : ''}`;
}

/**
 * A URL that has the hash of what it gets never changes. Another is asked for again after five minutes, and meanwhile used for a day: no page waits for
 * it. An old hash gets the script that is current, for as long: a page that was loaded before a deployment goes on working.
 */
export function cacheControl({ hash }: ClientFile, currentHash: string): string {
  return hash === currentHash
    ? 'public, max-age=31536000, immutable'
    : 'public, max-age=300, stale-while-revalidate=86400';
}
