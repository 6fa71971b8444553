import { type Answer, type Params, request } from './http.ts';
import type { List } from './types.ts';

/** More than anybody can read; a server that never ends a list must not keep the page busy for ever. */
const MAX_PAGES = 50;

/** A whole list, page by page, for what has tens of entries and rarely hundreds; with what else the last page says. */
export async function listAll<T, L extends List<T> = List<T>>(
  path: string,
  params: Params = {},
  signal?: AbortSignal,
): Promise<Answer<L>> {
  const items: T[] = [];
  let cursor: string | null = null;
  for (let page = 1; ; page++) {
    const answer: Answer<L> = await request('GET', path, {
      params: { ...params, cursor },
      ...(signal ? { signal } : {}),
    });
    if (!answer.ok) return answer;
    items.push(...answer.value.items);
    cursor = answer.value.nextCursor;
    if (cursor === null || page === MAX_PAGES) return { ...answer, value: { ...answer.value, items } };
  }
}
