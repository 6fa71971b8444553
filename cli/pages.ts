import type { CallOptions, Client } from './client.ts';

interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** Every item of a list, page by page; with `most` it stops there. */
export async function allPages<T>(
  client: Client,
  path: string,
  query: CallOptions['query'] = {},
  most = Number.POSITIVE_INFINITY,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = await client.get<Page<T>>(path, { ...query, cursor });
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null && items.length < most);
  return items.slice(0, most);
}
