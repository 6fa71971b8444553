import type { Client, ClientOptions } from 'openapi-fetch';
import type { Paths } from './paths.js';

export type * from './paths.js';

export interface ApiClientOptions extends Omit<ClientOptions, 'baseUrl'> {
  /** Of the deployment, `https://telemetry.example`. */
  url: string;
  /** An API key, `bw_…`. */
  key?: string;
  /** Of a page that is signed in: the `csrf` of `POST /api/auth/login` or `GET /api/auth/me`. Its cookie the browser sends by itself. */
  csrf?: string;
}

/**
 * `client.GET('/api/query/logs', { params: { query: { q: 'level:error' } } })` → `{ data, error, response }`: `data` is the answer of that route, `error` a
 * problem with its `code`.
 */
export function createApiClient(options: ApiClientOptions): Client<Paths>;
