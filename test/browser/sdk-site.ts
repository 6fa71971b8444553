/** Pages of a customer, of another origin than the collector. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SitePage {
  html: string;
  headers?: Record<string, string>;
}

export interface Site {
  /** Other hosts lead here too: `http://localhost:<port>` is another origin. */
  url: string;
  /** By path. */
  pages: Map<string, SitePage>;
  stop(): Promise<void>;
}

/** A picture with something to see: one of a single colour is no largest paint for Chromium. Uncompressed, 64 × 64 (BMP). */
function picture(): Buffer {
  const header = Buffer.alloc(54);
  header.write('BM');
  header.writeUInt32LE(54 + 64 * 64 * 3, 2);
  header.writeUInt32LE(54, 10);
  for (const [at, value] of [
    [14, 40],
    [18, 64],
    [22, 64],
  ] as const)
    header.writeUInt32LE(value, at);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(24, 28);
  return Buffer.concat([header, Buffer.from(Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * i) % 251))]);
}

export async function startSite(): Promise<Site> {
  const pages = new Map<string, SitePage>();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://site');
    const page = pages.get(pathname);
    if (page) response.writeHead(200, { 'content-type': 'text/html', ...page.headers }).end(page.html);
    else serveFile(pathname, response);
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    pages,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function serveFile(pathname: string, response: ServerResponse): void {
  if (pathname.endsWith('.bmp') && !pathname.includes('missing'))
    response.writeHead(200, { 'content-type': 'image/bmp' }).end(picture());
  else response.writeHead(404).end();
}
