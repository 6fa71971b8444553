// A Bun server that inserts each record of a request into bun:sqlite (WAL) and publishes it to WebSocket subscribers.
// Arguments: port, database file, synchronous mode, "each" (one transaction a record) or "batch" (one a request).
import { Database } from 'bun:sqlite';

const [port, file, synchronous, grouping] = process.argv.slice(2);
const db = new Database(file);
db.run('PRAGMA journal_mode = WAL');
db.run(`PRAGMA synchronous = ${synchronous}`);
db.run(
  'CREATE TABLE logs (id TEXT PRIMARY KEY, ts INTEGER, level TEXT, service TEXT, message TEXT, attrs TEXT) WITHOUT ROWID',
);
db.run('CREATE INDEX logs_by_time ON logs (ts)');
const insert = db.prepare('INSERT INTO logs VALUES (?, ?, ?, ?, ?, ?)');

const server = Bun.serve({
  port: Number(port),
  hostname: '127.0.0.1',
  async fetch(request, self) {
    if (self.upgrade(request)) return undefined;
    if (request.method === 'GET') return new Response('ok');
    const lines = (await request.text()).split('\n').filter((line) => line !== '');
    const store = () => {
      for (const line of lines) {
        const { ts, level, service, message, attrs } = JSON.parse(line);
        insert.run(crypto.randomUUID(), ts, level, service, message, JSON.stringify(attrs));
        server.publish('logs', line);
      }
    };
    if (grouping === 'batch') db.transaction(store)();
    else store();
    return Response.json({ stored: lines.length }, { status: 202 });
  },
  websocket: { open: (ws) => ws.subscribe('logs'), message: () => undefined },
});
