/** What a function of Pages is handed, as far as these use it. */
export interface Invocation {
  request: Request;
  env: { BREAKWATER: { fetch(request: Request): Promise<Response> } };
  /** What Pages would answer without a function. */
  next(): Promise<Response>;
}

/**
 * Hands the request to the Worker as it is. Its URL keeps the host name of the page, so cookies are set for it and the Worker's check of `Origin` holds;
 * an answer that opens a WebSocket passes as any other.
 */
export function passToWorker({ request, env }: Invocation): Promise<Response> {
  return env.BREAKWATER.fetch(request);
}

/**
 * Pages answers a path without a file with index.html and 200. For the name of a script that a newer build no longer has, a browser would keep that page for a year
 * as the script (dist/_headers), also after the older build is back.
 */
export async function onlyFiles({ next }: Invocation): Promise<Response> {
  const answer = await next();
  if (!answer.headers.get('content-type')?.includes('text/html')) return answer;
  return new Response('no such file\n', {
    status: 404,
    headers: { 'cache-control': 'no-store', 'content-type': 'text/plain' },
  });
}
