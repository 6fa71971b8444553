import { type Answer, type Params, request } from './http.ts';
import type { List } from './types.ts';

/** More than anybody can read; a server that never ends a list must not keep the page busy for ever. */
const MAX_PAGES = 50;

/** A whole list, page by page, for what has tens of entries and rarely hundreds. */
export async function listAll<T>(path: string, params: Params = {}, signal?: AbortSignal): Promise<Answer<List<T>>> {
  const items: T[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer: Answer<List<T>> = await request('GET', path, {
      params: { ...params, cursor },
      ...(signal ? { signal } : {}),
    });
    if (!answer.ok) return answer;
    items.push(...answer.value.items);
    cursor = answer.value.nextCursor;
    if (cursor === null) return { ...answer, value: { items, nextCursor: null } };
  }
  return { ok: true, value: { items, nextCursor: cursor }, headers: new Headers() };
}
