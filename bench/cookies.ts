/**
 * Cookies: headers a second that the request-cookie parser reads, beside npm `cookie` and Hono's helper on the same headers in the same run, and
 * the time of a telemetry request. Each contender gives all names and values, and each is read out. Node, whose V8 is workerd's to a few months.
 */
import { parseCookie } from 'cookie';
import { parse as parseHono } from 'hono/utils/cookie';
import { cookiePairs, cookieValues } from '../src/shared/cookie-header.ts';
import { median, quantile, type Row, thousands } from './lib/row.ts';
import { startTarget } from './lib/target.ts';

const RUNS = 9;
/** A second of work for the slowest, once it is warm. */
const COOKIES_PER_RUN = 1_000_000;
const HEADERS = 64;
/** Of the telemetry route, in each run. */
const REQUESTS = 1_500;
const NAMES = ['_ga_', '__Host-', '_fbp.', 'consent-', 'ab_'];
const CHARACTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.';

let sink = 0;

/** As browsers send them: names of 7 to 18 characters, values of 8 to 48 (tokens, timestamps, ids), no percent sign, which only peers decode. */
function makeHeaders(cookies: number, last = ''): string[] {
  let state = cookies;
  const below = (limit: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return Math.floor((state / 0x7fffffff) * limit);
  };
  const text = (length: number) =>
    Array.from({ length }, () => CHARACTERS[below(CHARACTERS.length - 1)] as string).join('');
  return Array.from({ length: HEADERS }, () => {
    const pairs = Array.from(
      { length: cookies },
      (_, i) => `${NAMES[i % 5]}${text(3 + below(8))}=${text(8 + below(40))}`,
    );
    // As a header arrives: one flat string of bytes, not the tree that joining leaves.
    return Buffer.from(pairs.join('; ') + last, 'latin1').toString('latin1');
  });
}

function readPairs(header: string): void {
  for (const { name, value } of cookiePairs(header)) sink += name.length + value.length;
}

function readObject(cookies: Record<string, string | undefined>): void {
  for (const name in cookies) sink += name.length + (cookies[name]?.length ?? 0);
}

/** Headers a second by the time of this process on a core: others that want it too make a run longer, not slower. */
function once(headers: readonly string[], cookies: number, read: (header: string) => void): number {
  const rounds = Math.ceil(COOKIES_PER_RUN / cookies / HEADERS);
  const before = process.cpuUsage();
  for (let i = 0; i < rounds; i++) for (const header of headers) read(header);
  const { user, system } = process.cpuUsage(before);
  return (rounds * HEADERS) / ((user + system) / 1e6);
}

/** Medians by contender, whose runs take turns: what slows the machine for a while slows them all. */
function compare<Name extends string>(
  headers: readonly string[],
  cookies: number,
  contenders: Readonly<Record<Name, (header: string) => void>>,
): Record<Name, number> {
  const entries = Object.entries(contenders) as [Name, (header: string) => void][];
  const rates = new Map<Name, number[]>(entries.map(([name]) => [name, []]));
  for (let run = 0; run < RUNS; run++)
    for (const [name, read] of entries) rates.get(name)?.push(once(headers, cookies, read));
  return Object.fromEntries(entries.map(([name]) => [name, median(rates.get(name) ?? [])])) as Record<Name, number>;
}

function parserRow(cookies: number): Row {
  const rates = compare(makeHeaders(cookies), cookies, {
    ours: readPairs,
    cookie: (header) => readObject(parseCookie(header)),
    hono: (header) => readObject(parseHono(header)),
  });
  const times = (peer: number) => `${thousands(peer)}/s (we have ${(rates.ours / peer).toFixed(1)} times as many)`;
  return {
    what: `\`Cookie\` headers/s parsed, ${cookies} cookie${cookies === 1 ? '' : 's'}, all names and values read, one thread`,
    reach: cookies === 20 ? '≥ 3 times `cookie`' : 'as measured',
    ours: `${thousands(rates.ours)}/s`,
    peers: { 'npm `cookie` 2.0.2': times(rates.cookie), '`hono/cookie`': times(rates.hono) },
  };
}

/** What sign-in asks: the values of the session's name, which is the last of 20 here. */
function lookupRow(): Row {
  const name = '__Host-gsession';
  const headers = makeHeaders(20, `; ${name}=eyJhbGciOiJIUzI1NiJ9`);
  const rates = compare(headers, 21, {
    ours: (header) => {
      for (const value of cookieValues(header, name)) sink += value.length;
    },
    cookie: (header) => {
      sink += parseCookie(header)[name]?.length ?? 0;
    },
    hono: (header) => {
      sink += parseHono(header, name)[name]?.length ?? 0;
    },
  });
  return {
    what: 'one name looked up in a header of 21 cookies, lookups/s',
    reach: 'as measured',
    ours: `${thousands(rates.ours)}/s`,
    peers: {
      'npm `cookie` 2.0.2': `${thousands(rates.cookie)}/s`,
      '`hono/cookie` (by name)': `${thousands(rates.hono)}/s`,
    },
  };
}

/** Milliseconds of each of `REQUESTS` requests, one after another on one connection. */
async function latencies(url: string, headersOf: (i: number) => Record<string, string>): Promise<number[]> {
  const taken: number[] = [];
  for (let i = 0; i < REQUESTS; i++) {
    const startedMs = performance.now();
    const response = await fetch(url, { headers: headersOf(i) });
    await response.arrayBuffer();
    taken.push(performance.now() - startedMs);
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  }
  return taken;
}

/** Of 20 cookies, from 1,000 devices whose rows grow over the runs. The health route beside it is the way there and back alone. */
async function telemetryRow(): Promise<Row> {
  const target = await startTarget();
  try {
    const cookies = makeHeaders(20);
    const telemetry = (i: number) => ({
      authorization: `Bearer ${target.key}`,
      cookie: `d_id=device-${i % 1_000}; ${cookies[i % HEADERS]}`,
    });
    const url = `${target.worker.url}/api/fraud/cookie-telemetry`;
    await latencies(url, telemetry); // warm
    const [ours, health]: [number[][], number[][]] = [[], []];
    for (let run = 0; run < 3; run++) {
      ours.push(await latencies(url, telemetry));
      health.push(await latencies(`${target.worker.url}/health`, () => ({})));
    }
    const show = (runs: number[][]) =>
      `p95 ${median(runs.map((run) => quantile(run, 0.95))).toFixed(1)} ms, p50 ${median(runs.map((run) => quantile(run, 0.5))).toFixed(1)} ms`;
    return {
      what: '`GET /api/fraud/cookie-telemetry` with 21 cookies, one client',
      reach: 'p95 ≤ 5 ms',
      ours: show(ours),
      peers: { 'our `GET /health`': show(health) },
    };
  } finally {
    await target.worker.stop();
  }
}

export async function run(): Promise<Row[]> {
  const rows = [...[1, 5, 20, 50].map(parserRow), lookupRow()];
  if (sink === 0) throw new Error('nothing was read');
  return [...rows, await telemetryRow()];
}
