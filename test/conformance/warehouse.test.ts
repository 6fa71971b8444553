/** The files of the warehouse are read by DuckDB and by hyparquet as they are: other programs than the one that writes them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { parquetMetadata, parquetReadObjects, parquetSchema } from 'hyparquet';
import { ByteWriter } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeRecord, random } from '../../bench/lib/records.ts';
import { ParquetFile } from '../../src/archive/warehouse/parquet.ts';
import type { LogRecord } from '../../src/wire/record.ts';

const FROM_MS = Date.UTC(2026, 2, 1);
const RECORDS = 120_000;
const NAMES = [
  'id',
  'ts',
  'stream',
  'level',
  'service',
  'message',
  'attrs',
  'trace_id',
  'span_id',
  'session_id',
  'user_id',
  'type',
];

let folder: string;
let file: Uint8Array;
let records: LogRecord[];

function idOf(n: number): string {
  return `019c0000-0000-7000-8000-${String(n).padStart(12, '0')}`;
}

/** As records of a payments product, and some with what breaks formats. */
function makeRecords(): LogRecord[] {
  const next = random(5);
  return Array.from({ length: RECORDS }, (_, n) => {
    const { ts, level, service, message, attrs } = makeRecord(next, FROM_MS + n * 500);
    const record: LogRecord = {
      id: idOf(n),
      ts,
      stream: 'logs',
      level: level as LogRecord['level'],
      service,
      message,
      attrs,
    };
    if (n % 1_000 === 0) {
      record.message = `quote " backslash \\ newline \n tab \t null \u0000 wave \u{1f30a} ,"message":"no", ${n}`;
      record.attrs = { 'a"}b': [{ c: '}{][' }, '\\', '\\"'], empty: {}, none: null };
      record.userId = `user ${n}`;
      record.traceId = 'a'.repeat(32);
    }
    return record;
  });
}

async function rows(sql: string): Promise<Record<string, unknown>[]> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const reader = await connection.runAndReadAll(sql);
  return reader.getRowObjectsJson() as Record<string, unknown>[];
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'warehouse-'));
  records = makeRecords();
  const writer = new ByteWriter();
  const parquet = new ParquetFile(writer);
  for (const record of records) {
    parquet.add(JSON.stringify(record));
    if (parquet.isFull) await parquet.writeGroup();
  }
  await parquet.finish();
  file = writer.getBytes();
  const day = path.join(folder, 'warehouse/prj_test/date=2026-03-01');
  mkdirSync(day, { recursive: true });
  writeFileSync(path.join(day, 'logs.parquet'), file);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a file of the warehouse', () => {
  it('is several row groups with columns of the usual names', () => {
    const buffer = file.slice().buffer;
    const metadata = parquetMetadata(buffer);
    expect(metadata.row_groups.length).toBeGreaterThan(1);
    expect(parquetSchema(metadata).children.map(({ element }) => element.name)).toEqual(NAMES);
    expect(Number(metadata.num_rows)).toBe(RECORDS);
  });

  it('gives hyparquet every record as it was', async () => {
    const read = await parquetReadObjects({
      file: file.slice().buffer,
      compressors: { ZSTD: (bytes) => new Uint8Array(zstdDecompressSync(bytes)) },
    });
    const told = read.map(({ ts, attrs, trace_id, span_id, session_id, user_id, type, ...same }) => ({
      ...same,
      ts: Number(ts),
      attrs: JSON.parse(String(attrs)),
      ...(trace_id ? { traceId: trace_id } : {}),
      ...(user_id ? { userId: user_id } : {}),
      ...(span_id || session_id || type ? { unexpected: true } : {}),
    }));
    expect(told).toEqual(records);
  });

  it('is counted, filtered and read into JSON by DuckDB, as a day of a partitioned table', async () => {
    const table = `read_parquet('${folder}/warehouse/prj_test/date=*/logs.parquet', hive_partitioning = true)`;
    const byLevel = await rows(
      `SELECT level, count(*)::INTEGER AS n FROM ${table} WHERE date = '2026-03-01' GROUP BY level ORDER BY level`,
    );
    const expected = Map.groupBy(records, ({ level }) => level);
    expect(byLevel).toEqual(
      [...expected].map(([level, some]) => ({ level, n: some.length })).sort((a, b) => (a.level < b.level ? -1 : 1)),
    );
    const [range] = await rows(
      `SELECT epoch_ms(min(ts))::DOUBLE AS first, epoch_ms(max(ts))::DOUBLE AS last, typeof(min(ts)) AS type FROM ${table}`,
    );
    expect(range).toEqual({ first: records[0]?.ts, last: records.at(-1)?.ts, type: 'TIMESTAMP WITH TIME ZONE' });
    const odd = await rows(`SELECT message, attrs FROM ${table} WHERE user_id = 'user 7000'`);
    expect(odd).toEqual([{ message: records[7_000]?.message, attrs: JSON.stringify(records[7_000]?.attrs) }]);
    const [sum] = await rows(`SELECT sum((attrs->>'$.amountCents')::BIGINT)::DOUBLE AS cents FROM ${table}`);
    expect(sum?.cents).toBe(records.reduce((all, { attrs }) => all + Number(attrs.amountCents ?? 0), 0));
  });
});
