/**
 * Search over 1,000,000 sealed records through the public API: a word (the filters prune), and a substring that is nowhere (every block
 * is inflated and scanned). Beside it grep over the same records as one file, and zgrep over them packed.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { until } from '../test/helpers/node/temporary.ts';
import { makeBodies, makeRecord, random } from './lib/records.ts';
import { median, quantile, type Row, thousands } from './lib/row.ts';
import { readBacklog, startTarget, type Target } from './lib/target.ts';

const RECORDS = Number(process.env.BENCH_SEARCH_RECORDS ?? 1_000_000);
const PER_BODY = 1_000;
const SEED = 7;
const FROM_MS = 1_790_000_000_000;
const WORD_SEARCHES = 200;
const SCANS = 5;

interface Page {
  records: unknown[];
  nextCursor: string | null;
  scanned: { blocks: number; bytes: number };
}

async function fill(target: Target, bodies: readonly Buffer[]): Promise<void> {
  for (const body of bodies) {
    const answer = await fetch(`${target.worker.url}/api/ingest`, {
      method: 'POST',
      headers: { authorization: `Bearer ${target.key}`, 'content-type': 'application/x-ndjson' },
      body: new Uint8Array(body),
    });
    if (answer.status !== 202) throw new Error(`ingest answered ${answer.status}: ${await answer.text()}`);
  }
  await until('every full block is sealed', async () => (await readBacklog(target)).backlogRecords < 5_000, 120_000);
}

async function search(target: Target, q: string, cursor: string | null): Promise<Page> {
  const query = new URLSearchParams({ project: target.projectId, from: '0', to: '2000000000000', q, limit: '100' });
  if (cursor) query.set('cursor', cursor);
  const answer = await fetch(`${target.worker.url}/api/query/logs?${query}`, {
    headers: { authorization: `Bearer ${target.key}` },
  });
  if (!answer.ok) throw new Error(`search answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Page;
}

/** All pages of a search that finds nothing, as one measurement. */
async function fullScan(target: Target, q: string): Promise<{ bytes: number; seconds: number }> {
  const started = performance.now();
  let bytes = 0;
  let cursor: string | null = null;
  do {
    const page: Page = await search(target, q, cursor);
    bytes += page.scanned.bytes;
    cursor = page.nextCursor;
  } while (cursor);
  return { bytes, seconds: (performance.now() - started) / 1_000 };
}

/** Words that one record holds (its reference), and words that many do, in the order 4 to 1. */
function wordsToFind(): string[] {
  const next = random(SEED);
  const references: string[] = [];
  for (let i = 0; i < RECORDS; i++) {
    const message = String(makeRecord(next, 0).message);
    if (i % Math.floor(RECORDS / WORD_SEARCHES) === 0) references.push(/ref=(\w+)/.exec(message)?.[1] ?? 'ref');
  }
  return references.map((reference, i) => (i % 5 === 4 ? `u${i * 31}` : reference));
}

function seconds(command: string, args: string[]): number {
  const times = Array.from({ length: 3 }, () => {
    const started = performance.now();
    execFileSync('sh', ['-c', `${command} "$@" > /dev/null || true`, 'sh', ...args]);
    return (performance.now() - started) / 1_000;
  });
  return median(times);
}

export async function run(): Promise<Row[]> {
  const bodies = makeBodies(RECORDS / PER_BODY, PER_BODY, FROM_MS, SEED);
  const target = await startTarget();
  try {
    await fill(target, bodies);
    const words = wordsToFind();
    for (const word of words.slice(0, 40)) await search(target, word, null);
    const timesMs: number[] = [];
    let found = 0;
    for (const word of words) {
      const started = performance.now();
      found += (await search(target, word, null)).records.length;
      timesMs.push(performance.now() - started);
    }
    if (found < WORD_SEARCHES) throw new Error(`${WORD_SEARCHES} searches found only ${found} records`);
    const scans = [];
    for (let i = 0; i < SCANS; i++) scans.push(await fullScan(target, `*nowhere${i}zq*`));
    const rates = scans.map((scan) => scan.bytes / scan.seconds / 1e6);

    const folder = mkdtempSync(path.join(os.tmpdir(), 'bench-search-'));
    const all = Buffer.concat(bodies);
    writeFileSync(path.join(folder, 'all.ndjson'), all);
    writeFileSync(path.join(folder, 'all.ndjson.gz'), gzipSync(all));
    const grepSeconds = seconds('grep', ['-i', 'nowhere0zq', path.join(folder, 'all.ndjson')]);
    const zgrepSeconds = seconds('zgrep', ['-i', 'nowhere0zq', path.join(folder, 'all.ndjson.gz')]);
    const rate = (s: number) => `${thousands(all.length / s / 1e6)} MB/s`;
    return [
      {
        what: `word search over ${thousands(RECORDS)} records, warm, p95 of ${WORD_SEARCHES} searches (median ${median(timesMs).toFixed(0)} ms)`,
        reach: '≤ 150 ms',
        ours: `${quantile(timesMs, 0.95).toFixed(0)} ms`,
        peers: { grep: `${(grepSeconds * 1_000).toFixed(0)} ms`, zgrep: `${(zgrepSeconds * 1_000).toFixed(0)} ms` },
      },
      {
        what: `full substring scan of ${thousands((scans[0]?.bytes ?? 0) / 1e6)} MB in blocks, case-insensitive`,
        reach: '≥ 300 MB/s',
        ours: `${thousands(median(rates))} MB/s`,
        peers: { 'grep -i, unpacked file': rate(grepSeconds), 'zgrep -i, packed file': rate(zgrepSeconds) },
      },
    ];
  } finally {
    await target.worker.stop();
  }
}
