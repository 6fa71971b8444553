import type { JsonObject } from '../../wire/record.ts';
import type { ExtraContext } from './context.ts';
import { onOwnPage, postJson } from './http.ts';

/** The id of the call travels with it, so that a repeat of the page's is not a second run; `BINARY` is given as base64. */
export async function startEtl({ url, key }: ExtraContext, payload: unknown, dataType: string): Promise<JsonObject> {
  onOwnPage(url, 'startEtl');
  return postJson(`${url}/api/etl/start`, { dataType, payload }, { authorization: `Bearer ${key}` });
}
