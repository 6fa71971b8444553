/**
 * What a record costs at rest: bytes in D1 for each raw byte and rows written for each 1,000 records, on the real logs in
 * ../shared/data (where they are), beside the plain design: one row per record with one index.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { storeSealed } from '../src/blocks/index.ts';
import { BatchBuilder } from '../src/ingest/batch.ts';
import { buildBlock, type PlacedPart } from '../src/journal/index.ts';
import { batchIds } from '../src/shared/ids.ts';
import { makeBodies } from './lib/records.ts';
import { type Row, thousands } from './lib/row.ts';

const LOGS = path.join(import.meta.dirname, '../../shared/data/logs');
/** Those that concern blocks, their indexes included. */
const MIGRATIONS = ['0003_blocks.sql', '0004_query.sql', '0031_block_rows.sql'];
const BATCH_RECORDS = 500;
const BLOCK_PARTS = 10;

interface Cost {
  rawBytes: number;
  storedBytes: number;
  rowsWritten: number;
  records: number;
}

/** The records a shipper would send for each log line, as NDJSON lines. */
function realLines(): { name: string; lines: string[] } {
  if (!existsSync(LOGS)) {
    const bodies = makeBodies(40, BATCH_RECORDS, 1_790_000_000_000);
    return {
      name: 'generated records, because ../shared/data is absent',
      lines: bodies.flatMap((b) => b.toString().trim().split('\n')),
    };
  }
  const files = readdirSync(LOGS).filter((file) => file.endsWith('.log'));
  const lines = files.flatMap((file) =>
    readFileSync(path.join(LOGS, file), 'utf8')
      .split(/\r?\n/)
      .filter((line) => line !== '')
      .map((line, i) =>
        JSON.stringify({ ts: 1_790_000_000_000 + i * 250, service: file.replace(/_.*|\.log/g, ''), message: line }),
      ),
  );
  return { name: `${files.length} real logs, ${thousands(lines.length)} records`, lines };
}

function statements(sql: string): string[] {
  return sql
    .replaceAll(/--.*$/gm, '')
    .split(';')
    .map((s) => s.trim())
    .filter((s) => s !== '');
}

async function withDatabase(name: string, use: (db: D1Database) => Promise<Cost>): Promise<Cost> {
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({ modules: true, script: 'export default {}', d1Databases: { DB: name } }),
  );
  try {
    return await use((await miniflare.getD1Database('DB')) as unknown as D1Database);
  } finally {
    await miniflare.dispose();
  }
}

async function sizeBytes(db: D1Database): Promise<number> {
  return (await db.prepare('SELECT 1').run()).meta.size_after ?? 0;
}

function ours(lines: readonly string[]): Promise<Cost> {
  return withDatabase('blocks', async (db) => {
    for (const migration of MIGRATIONS) {
      const sql = readFileSync(path.join(import.meta.dirname, '../migrations', migration), 'utf8');
      for (const statement of statements(sql)) await db.prepare(statement).run();
    }
    const emptyBytes = await sizeBytes(db);
    const cost: Cost = { rawBytes: 0, storedBytes: 0, rowsWritten: 0, records: lines.length };
    const spied = countingRows(db, cost);
    const parts: PlacedPart[] = [];
    for (let at = 0; at < lines.length; at += BATCH_RECORDS) {
      const nowMs = 1_790_000_000_000 + at;
      const batch = new BatchBuilder({ stream: 'logs', service: 'bench', nowMs }, batchIds(nowMs), true);
      for (const line of lines.slice(at, at + BATCH_RECORDS)) batch.add(JSON.parse(line));
      batch.finish();
      for (const part of batch.parts) {
        const last = parts.at(-1);
        parts.push({ ...part, firstSeq: last ? last.firstSeq + last.summary.records : 1 });
      }
    }
    for (let at = 0; at < parts.length; at += BLOCK_PARTS) {
      await storeSealed(spied, buildBlock('p', 0, parts.slice(at, at + BLOCK_PARTS), 0).block);
    }
    cost.rawBytes = rawBytes(lines);
    cost.storedBytes = (await sizeBytes(db)) - emptyBytes;
    return cost;
  });
}

/** Sums what D1 says it wrote, index entries included. */
function countingRows(db: D1Database, cost: Cost): D1Database {
  return new Proxy(db, {
    get(target, property) {
      if (property !== 'batch') return Reflect.get(target, property).bind(target);
      return async (batch: D1PreparedStatement[]) => {
        const results = await target.batch(batch);
        for (const result of results) cost.rowsWritten += result.meta.rows_written;
        return results;
      };
    },
  });
}

function plain(lines: readonly string[]): Promise<Cost> {
  return withDatabase('plain', async (db) => {
    await db
      .prepare(
        'CREATE TABLE logs (id TEXT PRIMARY KEY, project TEXT, ts INTEGER, level TEXT, service TEXT, message TEXT, attrs TEXT) WITHOUT ROWID',
      )
      .run();
    await db.prepare('CREATE INDEX logs_by_time ON logs (project, ts)').run();
    const emptyBytes = await sizeBytes(db);
    const cost: Cost = { rawBytes: rawBytes(lines), storedBytes: 0, rowsWritten: 0, records: lines.length };
    for (let at = 0; at < lines.length; at += BATCH_RECORDS) {
      const ids = batchIds(1_790_000_000_000 + at);
      const rows = lines.slice(at, at + BATCH_RECORDS).map((line, i) => ({ id: ids(i), ...JSON.parse(line) }));
      const result = await db
        .prepare(
          `INSERT INTO logs SELECT value->>'$.id', 'p', value->>'$.ts', 'info', value->>'$.service', value->>'$.message', value->>'$.attrs' FROM json_each(?1)`,
        )
        .bind(JSON.stringify(rows))
        .run();
      cost.rowsWritten += result.meta.rows_written;
    }
    cost.storedBytes = (await sizeBytes(db)) - emptyBytes;
    return cost;
  });
}

function rawBytes(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
}

export async function run(): Promise<Row[]> {
  const { name, lines } = realLines();
  const [a, b] = [await ours(lines), await plain(lines)];
  const ratio = (cost: Cost) => (cost.storedBytes / cost.rawBytes).toFixed(3);
  const rows = (cost: Cost) => ((cost.rowsWritten / cost.records) * 1_000).toFixed(2);
  return [
    {
      what: `bytes stored per raw byte, index included (${name})`,
      reach: '≤ 0.20',
      ours: ratio(a),
      peers: { 'one row per record': ratio(b) },
    },
    {
      what: 'D1 rows written per 1,000 records',
      reach: '≤ 2',
      ours: rows(a),
      peers: { 'one row per record': rows(b) },
    },
  ];
}
