/**
 * What leaves the database for R2 in a second, of the real logs in ../shared/data (where they are) as records, through the public API: read, hashed, put, read back,
 * hashed again, switched, and its manifest signed. Beside it gzip -6 over the same lines, which is what packing them for an archive anew would take.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { ArchiveRun } from '../src/wire/archive.ts';
import { ArchiveClient, DAY_MS } from '../test/helpers/node/archive-client.ts';
import { until } from '../test/helpers/node/temporary.ts';
import { startWorkerd } from '../test/helpers/node/workerd.ts';
import { realLines } from './lib/real-logs.ts';
import { median, type Row, thousands } from './lib/row.ts';

/** Raw, of all that is archived: several full objects. */
const RAW_BYTES = Number(process.env.BENCH_ARCHIVE_MB ?? 600) * 1e6;
const PER_BODY = 5_000;
const ROUNDS = 3;
const FROM_MS = Date.parse(new Date().toISOString().slice(0, 10)) - 40 * DAY_MS;

export async function run(): Promise<Row[]> {
  const { name, records } = realLines();
  let worker = await startWorkerd();
  try {
    const client = (await ArchiveClient.create(await worker.signIn(), { ingestPerMinute: 300_000 })).at(worker);
    const rates: number[] = [];
    const sums = { rawBytes: 0, packedBytes: 0, records: 0 };
    // One day for each round, so that each has objects of its own.
    for (let round = 0; round < ROUNDS; round++) {
      await fill(client, records, FROM_MS + round * DAY_MS, RAW_BYTES / ROUNDS);
      await worker.stop();
      // Past the hour that blocks rest.
      const offset = String((round + 1) * 2 * 3_600_000);
      worker = await startWorkerd({ stateDir: worker.stateDir, vars: { CLOCK_OFFSET_MS: offset } });
      client.at(worker);
      await client.archives();
      const started = performance.now();
      let rawBytes = 0;
      for (let done = false; !done; ) {
        const answer = await client.call<ArchiveRun>('POST', '/api/archives/run', {});
        rawBytes += answer.rawBytes;
        sums.rawBytes += answer.rawBytes;
        sums.packedBytes += answer.packedBytes;
        sums.records += answer.records;
        done = answer.done;
      }
      rates.push(rawBytes / 1e6 / ((performance.now() - started) / 1_000));
    }
    const gzip = gzipOf(records);
    return [
      {
        what: `archived, of raw log (${name}; ${thousands(sums.records)} records, ${thousands(sums.rawBytes / 1e6)} MB), median of ${ROUNDS} days`,
        reach: '≥ 100 MB/s',
        ours: `${thousands(median(rates))} MB/s`,
        peers: { 'gzip -6 of the same lines': `${thousands(gzip.megabytesPerSecond)} MB/s` },
      },
      {
        what: 'packed size, of raw',
        reach: '≤ 12 %',
        ours: `${((sums.packedBytes / sums.rawBytes) * 100).toFixed(1)} %`,
        peers: { 'gzip -6 of the same lines': `${(gzip.ratio * 100).toFixed(1)} %` },
      },
    ];
  } finally {
    await worker.stop();
  }
}

async function fill(
  client: ArchiveClient,
  lines: readonly { service: string; message: string }[],
  fromMs: number,
  rawBytes: number,
): Promise<void> {
  let [sent, at] = [0, 0];
  while (sent < rawBytes) {
    const body = Array.from({ length: PER_BODY }, () => {
      const line = lines[at % lines.length];
      return { ts: fromMs + ++at * 10, ...line };
    });
    await client.send(body);
    // An id, a level and what else the envelope adds: 130 bytes each.
    sent += JSON.stringify(body).length + 130 * PER_BODY;
  }
  const ledger = `/api/projects/${client.projectId}/ledger`;
  await until(
    'every full block is sealed',
    async () => {
      const { journal } = await client.call<{ journal: { backlogRecords: number } }>('GET', ledger);
      return journal.backlogRecords < PER_BODY;
    },
    120_000,
  );
}

/** Over records as they lie in a block but for their ids. */
function gzipOf(lines: readonly object[]): { megabytesPerSecond: number; ratio: number } {
  const file = path.join(mkdtempSync(path.join(os.tmpdir(), 'bench-archive-')), 'all.ndjson');
  const envelope = { stream: 'logs', level: 'info' };
  writeFileSync(
    file,
    lines.map((line, i) => `${JSON.stringify({ ts: FROM_MS + i * 10, ...envelope, ...line })}\n`).join(''),
  );
  const seconds = Array.from({ length: 3 }, () => {
    const started = performance.now();
    execFileSync('sh', ['-c', 'gzip -6 -k -f "$1"', 'sh', file]);
    return (performance.now() - started) / 1_000;
  });
  const [raw, packed] = [statSync(file).size, statSync(`${file}.gz`).size];
  return { megabytesPerSecond: raw / 1e6 / median(seconds), ratio: packed / raw };
}
