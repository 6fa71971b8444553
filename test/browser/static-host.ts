/**
 * Stands for any host of static files: serves dist/ with the headers of its `_headers`, answers a path without a file with
 * index.html, and passes /api and /ws on as they are, as the Pages Function of docs/operations.md does.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { type ClientRequest, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { PROJECT_DIR } from '../../scripts/lib/run.ts';
import { freePort } from '../helpers/node/temporary.ts';

const DIST = path.join(PROJECT_DIR, 'dist');
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
};

export async function startStaticHost(upstream: string): Promise<{ url: string; stop: () => Promise<void> }> {
  const port = await freePort();
  const headers = securityHeaders();
  const sockets = new Set<Duplex>();
  const server = createServer((incoming, outgoing) => {
    const { pathname } = new URL(incoming.url ?? '/', upstream);
    if (pathname.startsWith('/api/')) pass(incoming, outgoing, upstream);
    else serveFile(pathname, outgoing, headers);
  });
  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    sockets.add(socket);
    passSocket(forward(incoming, upstream), socket, head);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The lines under `/*` of dist/_headers, without HSTS: this host has no TLS. */
function securityHeaders(): [string, string][] {
  const [, rules = ''] = readFileSync(path.join(DIST, '_headers'), 'utf8').split('/*\n');
  return (rules.split('\n\n')[0] ?? '')
    .split('\n')
    .map((line) => /^\s+([\w-]+): (.*)$/.exec(line))
    .flatMap((found) => (found?.[1] && found[2] ? [[found[1], found[2]] as [string, string]] : []))
    .filter(([name]) => name !== 'Strict-Transport-Security');
}

function serveFile(pathname: string, outgoing: ServerResponse, headers: readonly [string, string][]): void {
  const wanted = path.join(DIST, path.normalize(pathname));
  const file =
    wanted.startsWith(DIST) && existsSync(wanted) && statSync(wanted).isFile() ? wanted : path.join(DIST, 'index.html');
  for (const [name, value] of headers) outgoing.setHeader(name, value);
  outgoing.setHeader('Content-Type', TYPES[path.extname(file)] ?? 'application/octet-stream');
  outgoing.end(readFileSync(file));
}

/** The Host stays that of this host, as it does through a service binding: cookies and the Origin check belong to it. */
function forward(incoming: IncomingMessage, upstream: string): ClientRequest {
  const { hostname, port } = new URL(upstream);
  return request({ hostname, port, method: incoming.method, path: incoming.url, headers: incoming.headers });
}

function pass(incoming: IncomingMessage, outgoing: ServerResponse, upstream: string): void {
  const onward = forward(incoming, upstream);
  onward.on('response', (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on('error', () => outgoing.destroy());
  outgoing.on('close', () => onward.destroy());
  incoming.pipe(onward);
}

function passSocket(onward: ClientRequest, socket: Duplex, head: Buffer): void {
  onward.on('upgrade', (answer, far, farHead) => {
    const lines = answer.rawHeaders.flatMap((name, i, all) => (i % 2 === 0 ? [`${name}: ${all[i + 1]}`] : []));
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`);
    socket.write(farHead);
    far.write(head);
    far.pipe(socket).pipe(far);
    far.on('error', () => socket.destroy());
    socket.on('error', () => far.destroy());
  });
  onward.on('response', () => socket.destroy());
  onward.on('error', () => socket.destroy());
  onward.end();
}
