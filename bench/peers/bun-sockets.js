// A Bun server for the frames of /ws/telemetry: writes records to bun:sqlite (WAL), acknowledges each frame, publishes to subscribers.
// Arguments: port, database file, synchronous mode, "each" (one transaction and one UPDATE a frame) or "gather" (one for 2 ms of frames).
import { Database } from 'bun:sqlite';

const [port, file, synchronous, grouping] = process.argv.slice(2);
const GATHER_MS = 2;
const db = new Database(file);
db.run('PRAGMA journal_mode = WAL');
db.run(`PRAGMA synchronous = ${synchronous}`);
db.run(
  'CREATE TABLE logs (id TEXT PRIMARY KEY, ts INTEGER, level TEXT, service TEXT, message TEXT, attrs TEXT) WITHOUT ROWID',
);
db.run('CREATE INDEX logs_by_time ON logs (ts)');
const insert = db.prepare('INSERT INTO logs VALUES (?, ?, ?, ?, ?, ?)');

/** Inserts the records of a frame and returns them as JSON lines with their new ids. */
function store({ payload }) {
  return (Array.isArray(payload) ? payload : [payload]).map((record) => {
    const { ts, level, service, message, attrs } = record;
    const id = Bun.randomUUIDv7();
    insert.run(id, ts, level, service, message, JSON.stringify(attrs));
    return JSON.stringify({ id, ...record });
  });
}

const ack = (id, count) =>
  `{"type":"ACK","id":${JSON.stringify(id)},"received":${count},"stored":${count},"duplicate":0,"rejected":0}`;
const update = (lines) => `{"type":"UPDATE","topic":"logs","records":[${lines.join(',')}]}`;

let gathered = [];

function flush() {
  const batch = gathered;
  gathered = [];
  const counts = [];
  const lines = [];
  db.transaction(() => {
    for (const { frame } of batch) {
      const stored = store(frame);
      counts.push(stored.length);
      lines.push(...stored);
    }
  })();
  server.publish('logs', update(lines));
  for (let i = 0; i < batch.length; i++) batch[i].ws.send(ack(batch[i].frame.id, counts[i]));
}

function take(ws, frame) {
  if (grouping === 'gather') {
    if (gathered.length === 0) setTimeout(flush, GATHER_MS);
    gathered.push({ ws, frame });
    return;
  }
  let lines = [];
  db.transaction(() => {
    lines = store(frame);
  })();
  server.publish('logs', update(lines));
  ws.send(ack(frame.id, lines.length));
}

const server = Bun.serve({
  port: Number(port),
  hostname: '127.0.0.1',
  fetch: (request, self) => (self.upgrade(request) ? undefined : new Response('ok')),
  websocket: {
    // A subscriber may be behind for a moment: it is the measurement that decides whether everything arrived.
    backpressureLimit: 256 * 1024 * 1024,
    maxPayloadLength: 16 * 1024 * 1024,
    message(ws, message) {
      const frame = JSON.parse(message);
      if (frame.type === 'TELEMETRY') return take(ws, frame);
      ws.subscribe('logs');
      ws.send('{"type":"SUBSCRIBED","topics":["logs"],"cursor":""}');
    },
  },
});
