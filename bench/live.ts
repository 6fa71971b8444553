/**
 * Live delay at 5,000 records/s, from the answer of POST /api/ingest: to the frame in a subscriber's hands (workerd without the dev
 * proxy), and to the screen: `npm start`, the dashboard's live page in Chromium, the frame in which the row is painted.
 */
import { logIn } from '../scripts/start/api.ts';
import { SUBPROTOCOL } from '../src/wire/protocol.ts';
import { launchBrowser } from '../test/helpers/node/browser.ts';
import { startServer } from '../test/helpers/node/server.ts';
import { until } from '../test/helpers/node/temporary.ts';
import { batchOf, RECORDS_PER_SECOND, sendLive } from './lib/live-load.ts';
import { median, quantile, type Row } from './lib/row.ts';
import { createTarget, startTarget } from './lib/target.ts';

const SUBSCRIBERS = 3;
const REACH = '≤ 250 ms';

export async function run(): Promise<Row[]> {
  return [await toSocket(), await toScreen()];
}

function row(what: string, delaysMs: readonly number[]): Row {
  const p95 = `${quantile(delaysMs, 0.95).toFixed(0)} ms`;
  return {
    what: `live delay, acknowledged to ${what}, p95 at ${RECORDS_PER_SECOND} records/s (median ${median(delaysMs).toFixed(0)} ms)`,
    reach: REACH,
    ours: p95,
    peers: {},
  };
}

async function toSocket(): Promise<Row> {
  const target = await startTarget();
  const sockets: WebSocket[] = [];
  try {
    /** Batch → when each subscriber got its last record. */
    const receivedAtMs = new Map<number, number[]>();
    for (let i = 0; i < SUBSCRIBERS; i++)
      sockets.push(await subscribe(target.worker.url, target.projectId, target.key, receivedAtMs));
    const ackedAtMs = await sendLive(target.worker.url, target.key);
    const delaysMs: number[] = [];
    for (const [batch, acked] of ackedAtMs) {
      const at = () => receivedAtMs.get(batch) ?? [];
      await until(`batch ${batch} is with every subscriber`, () => at().length === SUBSCRIBERS);
      for (const received of at()) delaysMs.push(Math.max(0, received - acked));
    }
    return row(`received by ${SUBSCRIBERS} subscribers`, delaysMs);
  } finally {
    for (const socket of sockets) socket.close();
    await target.worker.stop();
  }
}

function subscribe(url: string, project: string, key: string, receivedAtMs: Map<number, number[]>): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/telemetry`, [SUBPROTOCOL, `bearer.${key}`]);
  return new Promise((resolve, reject) => {
    socket.onerror = () => reject(new Error('the socket failed'));
    socket.onopen = () => socket.send(JSON.stringify({ type: 'SUBSCRIBE', project, topics: ['logs'] }));
    socket.onmessage = ({ data }) => {
      const atMs = Date.now();
      const frame = JSON.parse(String(data)) as { type: string; records?: { message: string }[]; message?: string };
      if (frame.type === 'SUBSCRIBED') resolve(socket);
      if (frame.type === 'ERROR') reject(new Error(frame.message));
      for (const { message } of frame.records ?? []) {
        const batch = batchOf(message);
        if (batch !== null) receivedAtMs.set(batch, [...(receivedAtMs.get(batch) ?? []), atMs]);
      }
    };
  });
}

async function toScreen(): Promise<Row> {
  const chromium = await launchBrowser();
  if (chromium.kind === 'absent') {
    return {
      what: 'live delay, acknowledged to shown',
      reach: REACH,
      ours: `not measured: ${chromium.reason}`,
      peers: {},
    };
  }
  const server = await startServer();
  try {
    const admin = await logIn(server.url, 'admin', server.adminPassword);
    if (admin.kind !== 'ok') throw new Error(`admin cannot sign in: ${admin.kind}`);
    const { key } = await createTarget(admin.session);
    const page = await chromium.browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(`${server.url}/live`);
    await page.getByLabel('User name').fill('admin');
    await page.getByLabel('Password').fill(server.adminPassword);
    await page.keyboard.press('Enter'); // not the mouse: a list under the pointer holds still
    await page.getByTitle('Live link: Live').waitFor();
    await page.evaluate(WATCH_LIST);
    const ackedAtMs = await sendLive(server.url, key);
    const last = Math.max(...ackedAtMs.keys());
    await page.getByText(`batch ${last}`, { exact: true }).waitFor();
    const shown = await page.evaluate<Shown[]>('window.shown');
    const delaysMs: number[] = [];
    for (const [batch, acked] of ackedAtMs) {
      // A batch that was overtaken before the next frame is shown with the newer one above it.
      const seen = shown.find((entry) => entry.batch >= batch);
      if (!seen) throw new Error(`batch ${batch} was never shown`);
      delaysMs.push(Math.max(0, seen.atMs - acked));
    }
    return row('shown on the live page in Chromium, through npm start', delaysMs);
  } finally {
    await chromium.browser.close();
    await server.stop();
  }
}

interface Shown {
  /** The newest batch whose end was in the list. */
  batch: number;
  /** When that was on the screen. */
  atMs: number;
}

/** Notes, after each change of the list, which batch is the newest drawn and when that frame was painted. Runs in the page. */
const WATCH_LIST = `{
  window.shown = [];
  let newest = -1;
  const look = () => {
    for (const text of document.querySelectorAll('.log-row .log-text')) {
      const batch = Number(/^batch (\\d+)$/.exec(text.textContent ?? '')?.[1] ?? -1);
      if (batch <= newest) continue;
      newest = batch;
      // The next animation frame shows it at the latest; a task after that frame finds it painted.
      requestAnimationFrame(() => setTimeout(() => window.shown.push({ batch, atMs: Date.now() }), 0));
    }
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
}`;
