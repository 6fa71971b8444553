/** A server with the holes that scanners look for: where they find nothing here, they would find nothing anywhere. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { json } from 'node:stream/consumers';

export interface FlawedServer {
  url: string;
  close(): Promise<void>;
}

/** `/items?id=1` and the JSON body `{"id": 1}` put what they are given into SQL, `/hello?name=x` into HTML. */
export async function startFlawedServer(): Promise<FlawedServer> {
  const db = new DatabaseSync(':memory:');
  db.exec("CREATE TABLE items (id INTEGER, name TEXT); INSERT INTO items VALUES (1, 'one'), (2, 'two')");
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === '/hello') {
      response.setHeader('content-type', 'text/html');
      return response.end(`<!doctype html><title>Hello</title><p>Hello ${searchParams.get('name')}`);
    }
    try {
      const id = request.method === 'POST' ? Object(await json(request)).id : searchParams.get('id');
      const rows = db.prepare(`SELECT name FROM items WHERE id = ${id}`).all();
      response.end(JSON.stringify(rows));
    } catch (error) {
      response.statusCode = 500;
      response.end(`[SQLITE_ERROR] ${String(error)}`); // as drivers say it
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      db.close();
    },
  };
}
