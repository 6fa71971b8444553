import { Hono } from 'hono';
import { type AppContext, type AppEnv, refuse } from '../shared/http.ts';
import { NOT_FOUND } from '../shared/problem.ts';
import { chooseEncoding, ENDINGS } from './encoding.ts';
import { assetName, type ClientFile, cacheControl, parseClientFile } from './file.ts';

/** The browser SDK, for pages of any origin. Public, and the same for everybody: nothing of the request but its encodings counts. */
export function clientRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.get('/api/js/:file', async function getClientFile(c) {
    const file = parseClientFile(c.req.param('file'));
    return (file && (await answerFile(c, file))) ?? refuse(c, NOT_FOUND);
  });
  return routes;
}

/** Null where the SDK was not built, or the file is of a build that is no more. */
async function answerFile(c: AppContext, file: ClientFile): Promise<Response | null> {
  const hashes = await fetchAsset(c, 'hashes.json');
  if (hashes === null) return null;
  const hashOf = await hashes.json<Record<string, string>>();
  const currentHash = hashOf[assetName({ ...file, isMap: false })];
  // The map of another build names wrong lines: none is better.
  if (currentHash === undefined || (file.isMap && file.hash !== null && file.hash !== currentHash)) return null;
  // Cloudflare tells the Worker its own encodings in the header, and the client's here.
  const accepted = c.req.raw.cf?.clientAcceptEncoding ?? c.req.header('accept-encoding') ?? '';
  const encoding = chooseEncoding(String(accepted));
  const asset = await fetchAsset(c, assetName(file) + (encoding ? ENDINGS[encoding] : ''));
  if (asset === null) return null;
  // Strong, so of the bytes: another one for each encoding.
  const etag = `"${hashOf[assetName(file)]}${encoding ? `-${encoding}` : ''}"`;
  const headers = new Headers({
    'content-type': file.isMap ? 'application/json' : 'text/javascript; charset=utf-8',
    'cache-control': cacheControl(file, currentHash),
    etag,
    vary: 'accept-encoding',
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
    'timing-allow-origin': '*',
  });
  if (!file.isMap) headers.set('sourcemap', `${file.part}.${currentHash}.min.js.map`);
  if (isKnown(c.req.header('if-none-match'), etag)) return new Response(null, { status: 304, headers });
  if (encoding) headers.set('content-encoding', encoding);
  return new Response(asset.body, { headers, encodeBody: encoding ? 'manual' : 'automatic' });
}

async function fetchAsset(c: AppContext, name: string): Promise<Response | null> {
  const asset = await c.env.ASSETS.fetch(new URL(`/sdk/${name}`, c.req.url));
  return asset.ok ? asset : null;
}

/** Proxies that compress mark the tag as weak; for If-None-Match that makes no difference (RFC 9110, 13.1.2). */
function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  const known = (ifNoneMatch ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return known.includes(etag) || known.includes('*');
}
