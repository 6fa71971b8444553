/** What a customer takes away is read by the programs that docs/archive.md names, with the commands that stand there. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ArchiveRun } from '../../src/wire/archive.ts';
import { ArchiveClient, DAY_MS } from '../helpers/node/archive-client.ts';
import { temporaryFolder, until } from '../helpers/node/temporary.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';

const OLD_MS = Date.parse(new Date().toISOString().slice(0, 10)) - 40 * DAY_MS + DAY_MS / 2;
/** Blocks of three days, in one object each: 5,000 records are a block, the rest of a day another. */
const DAYS = 3;
const PER_DAY = 6_000;
/** The one of gzip; elsewhere a command of this name reads the files of compress. */
const HAS_ZCAT = spawnSync('zcat', ['--version']).stdout?.includes('gzip') ?? false;

const linesOf = (text: Uint8Array): string[] => Buffer.from(text).toString('utf8').trimEnd().split('\n');

describe('archives in the hands of other programs', () => {
  let worker: StartedWorkerd;
  let client: ArchiveClient;
  let duck: DuckDBConnection;
  let dir: string;
  const files: string[] = [];

  beforeAll(async () => {
    worker = await startWorkerd();
    client = (await ArchiveClient.create(await worker.signIn())).at(worker);
    for (let day = 0; day < DAYS; day++) {
      const records = Array.from({ length: PER_DAY }, (_, i) => ({
        ...{ ts: OLD_MS + day * DAY_MS + i, level: i % 100 === 0 ? 'error' : 'info', service: 'wagers' },
        ...{ message: `day ${day} number ${i} “ü”`, attrs: { amountCents: i, odds: '2.5' } },
      }));
      for (let at = 0; at < PER_DAY; at += 1_000) await client.send(records.slice(at, at + 1_000));
      // What is left of a day is a block of its own.
      worker = await restart(2 * 60_000 * (day + 1));
      await until('the day is sealed', async () => (await backlog()) === 0, 60_000);
    }
    worker = await restart(2 * 3_600_000);
    const run = await client.call<ArchiveRun>('POST', '/api/archives/run', {});
    expect(run).toMatchObject({ records: DAYS * PER_DAY, objects: DAYS, done: true });
    dir = temporaryFolder('archive');
    for (const { id, key } of await client.archives()) {
      const file = path.join(dir, key);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, Buffer.from(await (await client.fetch('GET', `/api/archives/${id}/download`)).arrayBuffer()));
      files.push(file);
    }
    duck = await (await DuckDBInstance.create(':memory:')).connect();
  });
  afterAll(() => worker?.stop());

  async function restart(offsetMs: number): Promise<StartedWorkerd> {
    await worker.stop();
    const next = await startWorkerd({ stateDir: worker.stateDir, vars: { CLOCK_OFFSET_MS: String(offsetMs) } });
    client.at(next);
    return next;
  }

  async function backlog(): Promise<number> {
    const path = `/api/projects/${client.projectId}/ledger`;
    return (await client.call<{ journal: { backlogRecords: number } }>('GET', path)).journal.backlogRecords;
  }

  async function rows(sql: string): Promise<Record<string, unknown>[]> {
    return (await duck.runAndReadAll(sql)).getRowObjects();
  }

  it('are gzip of several members, which zlib reads as one', () => {
    const lines = linesOf(gunzipSync(readFileSync(files[0] ?? '')));
    expect(lines).toHaveLength(PER_DAY);
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({
      stream: 'logs',
      message: expect.stringMatching(/number 1 “ü”$/),
    });
  });

  it.runIf(HAS_ZCAT)('are read by zcat, by the names of a month', () => {
    const all = execFileSync('sh', ['-c', 'zcat "$0"/archive/*/*/*/*/batch-*.ndjson.gz', dir], { maxBuffer: 1 << 28 });
    expect(linesOf(all)).toEqual([...files].sort().flatMap((file) => linesOf(gunzipSync(readFileSync(file)))));
  });

  it('are counted and filtered by DuckDB, one and by the glob of days', async () => {
    const glob = `${dir}/archive/*/*/*/*/*.ndjson.gz`;
    const table = `read_json('${glob}', format = 'newline_delimited')`;
    expect(await rows(`SELECT count(*)::INT AS n FROM ${table}`)).toEqual([{ n: DAYS * PER_DAY }]);
    expect(
      await rows(
        `SELECT strftime(make_timestamp(ts * 1000), '%Y-%m-%d') AS day, count(*)::INT AS n, sum(attrs.amountCents)::INT AS cents
         FROM ${table} WHERE level = 'error' GROUP BY day ORDER BY day`,
      ),
    ).toEqual(
      [0, 1, 2].map((day) => ({
        ...{ day: new Date(OLD_MS + day * DAY_MS).toISOString().slice(0, 10), n: PER_DAY / 100 },
        cents: ((PER_DAY / 100) * (PER_DAY - 100)) / 2,
      })),
    );
    const one = `read_json('${files[0]}', format = 'newline_delimited')`;
    expect(await rows(`SELECT message FROM ${one} WHERE message LIKE '%number 77 %'`)).toEqual([
      { message: 'day 2 number 77 “ü”' },
    ]);
  });

  it('with an erased record have an empty line, which DuckDB passes over', async () => {
    const file = path.join(dir, 'erased.ndjson.gz');
    writeFileSync(file, Buffer.concat([gzipSync('{"ts":1}\n\n'), gzipSync('\n{"ts":2}\n')]));
    expect(await rows(`SELECT ts FROM read_json('${file}', format = 'newline_delimited') ORDER BY ts`)).toEqual([
      { ts: 1n },
      { ts: 2n },
    ]);
  });
});
