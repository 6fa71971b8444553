import type { DataType } from '../../wire/etl.ts';
import type { JsonObject } from '../../wire/record.ts';
import type { ExtraContext } from './context.ts';
import { onOwnPage, postJson } from './http.ts';

/** With the key of the page. Of YAML `payload` is its text, of BINARY its bytes as base64. */
export async function startEtl(
  { url, key }: ExtraContext,
  payload: unknown,
  dataType: DataType = 'JSON',
): Promise<JsonObject> {
  onOwnPage(url, 'startEtl');
  return postJson(`${url}/api/etl/start`, { dataType, payload }, { authorization: `Bearer ${key}` });
}
