import createClient from 'openapi-fetch';

/** A client of one deployment; see index.d.ts. */
export function createApiClient({ url, key, csrf, ...options }) {
  const headers = {
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    ...(csrf === undefined ? {} : { 'x-csrf-token': csrf }),
    ...options.headers,
  };
  return createClient({ ...options, baseUrl: url, headers });
}
