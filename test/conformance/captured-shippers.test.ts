/** Requests of unmodified senders, captured on the wire, byte for byte with the headers that they had. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newProject, readLedger } from '../faults/project.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';
import { countsOf, exported, post, type Target } from './client.ts';
import { absent, readData } from './data.ts';

interface Captured {
  url: string;
  file: string;
  h: Record<string, string>;
}

const index = readData('captured', 'index.ndjson');
const requests = (index?.toString('utf8') ?? '')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Captured);

/** Headers of the connection, which is another one here. */
const OF_THE_CONNECTION = ['host', 'connection', 'content-length', 'transfer-encoding', 'accept-encoding'];

function sent({ file, h }: Captured): { bytes: Buffer; headers: Record<string, string> } {
  const bytes = readData('captured', file);
  if (bytes === null) throw new Error(absent('captured', file));
  const headers = Object.entries(h).filter(([name]) => !OF_THE_CONNECTION.includes(name));
  return { bytes, headers: Object.fromEntries(headers) };
}

describe('captured requests', () => {
  let worker: StartedWorkerd;
  let target: Target;

  beforeAll(async () => {
    if (index !== null) worker = await startWorkerd();
  });
  beforeEach(async (test) => {
    test.skip(index === null, absent('captured', 'index.ndjson'));
    target = { url: worker.url, project: await newProject(await worker.signIn()) };
  });
  afterAll(() => worker?.stop());

  async function replay(url: string): Promise<number> {
    let records = 0;
    for (const request of requests.filter((one) => one.url === url)) {
      const { bytes, headers } = sent(request);
      const reply = await post(target, bytes, headers);
      expect([reply.status, countsOf(reply).rejected]).toEqual([202, 0]);
      records += countsOf(reply).received;
    }
    return records;
  }

  it('of syslog-ng are stored line by line, and once when they come again', async () => {
    const requestsOf = requests.filter(({ url }) => url === '/syslogng');
    const lines = requestsOf.flatMap((request) =>
      sent(request)
        .bytes.toString('utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as { ts: string; message: string; host: string }),
    );
    expect(lines.length).toBeGreaterThan(100);
    expect(await replay('/syslogng')).toBe(lines.length);
    await replay('/syslogng');
    const stored = await exported(target);
    expect(stored.map(({ ts, message, level, attrs }) => ({ ts, message, level, attrs }))).toEqual(
      lines.map(({ ts, message, host }) => ({ ts: Date.parse(ts), message, level: 'info', attrs: { host } })),
    );
    const ledger = await readLedger(worker, target.project);
    expect([ledger.received, ledger.stored, ledger.duplicate]).toEqual([2 * lines.length, lines.length, lines.length]);
  });

  it('of pino-http-send are unpacked, with the times and levels of pino', async () => {
    expect(await replay('/pinohttp')).toBe(3);
    expect((await exported(target)).map(({ id: _, ...record }) => record)).toEqual(
      [1, 2, 3].map((n) => ({
        ...{
          ts: 1_760_000_000_000 + n,
          stream: 'logs',
          level: 'info',
          service: 'unknown',
          message: `hi ${n}`,
          attrs: {},
        },
      })),
    );
  });

  it('of winston are stored with their fields', async () => {
    expect(await replay('/winston')).toBe(5);
    expect((await exported(target)).map(({ message, level, attrs }) => ({ message, level, attrs }))).toEqual(
      [0, 1, 2, 3, 4].map((n) => ({ message: `w ${n}`, level: 'info', attrs: { user: n } })),
    );
  });

  it('of web-vitals and Faro in a browser are stored whole by a browser key, and once when they come again', async () => {
    const fromPages = requests.filter(({ url }) => url === '/vitals' || url.startsWith('/faro'));
    expect(fromPages.length).toBeGreaterThan(5);
    const admin = await worker.signIn();
    const { key } = (await admin.post(`/api/projects/${target.project.id}/keys`, {
      ...{ name: 'page', scopes: ['ingest'], origins: [...new Set(fromPages.map(({ h }) => h.origin))] },
    })) as { key: string };
    const send = async (request: Captured) => {
      const { bytes, headers } = sent(request);
      // A beacon sets no header of its own, so the key is in the URL.
      const url = `${target.url}/api/ingest?stream=vitals&key=${key}`;
      const response = await fetch(url, { method: 'POST', headers, body: bytes as BodyInit });
      expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([202, '*']);
      return (await response.json()) as { stored: number; rejected: number };
    };
    for (const request of fromPages) expect(await send(request)).toMatchObject({ stored: 1, rejected: 0 });
    const keyed = fromPages.filter(({ h }) => h['idempotency-key'] !== undefined);
    expect(keyed.length).toBeGreaterThan(0);
    for (const request of keyed) await send(request);
    const stored = await exported(target, { stream: 'vitals' });
    expect(stored.map(({ attrs }) => attrs)).toEqual(
      fromPages.map((request) => {
        const attrs = JSON.parse(sent(request).bytes.toString('utf8')) as { navigationType?: string };
        // Beside what the page sent: what the edge saw of its browser.
        const seen = { device: 'desktop', browser: 'Headless Chrome', os: 'Linux', site: '127.0.0.1:7902' };
        const { navigationType: navigation } = attrs;
        return { ...attrs, labels: navigation === undefined ? seen : { ...seen, navigation } };
      }),
    );
  });
});
