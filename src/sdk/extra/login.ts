import type { JsonObject } from '../../wire/record.ts';
import type { Credentials, ExtraContext } from './context.ts';
import { onOwnPage, postJson } from './http.ts';

/** Opens a session of this browser; of somebody with a second factor it rejects with the code that says so. */
export async function login({ url }: ExtraContext, { username, password }: Credentials): Promise<JsonObject> {
  onOwnPage(url, 'login');
  return postJson(`${url}/api/auth/login`, { username, password });
}
