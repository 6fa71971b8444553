import type { Archive, WarehouseFile } from '../../../../wire/archive.ts';
import { quote } from '../../../lib/curl.ts';

/** As in wrangler.toml. */
const BUCKET = 'breakwater';

interface Command {
  label: string;
  code: string;
}

/** Commands that read an archive as it is, with nothing of ours. The file is called as a download of it is. */
export function archiveCommands({ key, projectId, day }: Archive): Command[] {
  const file = `${projectId}-${day}-${key.slice(key.lastIndexOf('/') + 1)}`;
  return [
    fromR2(key, file),
    { label: 'zcat', code: `zcat ${quote(file)} | head -n 20` },
    { label: 'DuckDB', code: `duckdb -c ${shell(question(`read_ndjson_auto('${file}')`, 'count(*)'))}` },
    { label: 'ClickHouse', code: `clickhouse local -q ${shell(question(`file('${file}', JSONEachRow)`, 'count()'))}` },
  ];
}

/** A Parquet file of one day and stream. */
export function warehouseCommands({ key, day, stream }: WarehouseFile, projectId: string): Command[] {
  const file = `${projectId}-${day}-${stream}.parquet`;
  return [
    fromR2(key, file),
    { label: 'DuckDB', code: `duckdb -c ${shell(question(`'${file}'`, 'count(*)'))}` },
    { label: 'ClickHouse', code: `clickhouse local -q ${shell(question(`file('${file}', Parquet)`, 'count()'))}` },
  ];
}

function fromR2(key: string, file: string): Command {
  const code = `npx wrangler r2 object get ${quote(`${BUCKET}/${key}`)} --remote --file ${quote(file)}`;
  return { label: 'From R2', code };
}

function question(from: string, count: string): string {
  return `SELECT level, service, ${count} AS records FROM ${from} GROUP BY ALL ORDER BY records DESC`;
}

/** SQL has single quotes of its own. */
function shell(sql: string): string {
  return `"${sql.replaceAll(/["$`\\]/g, '\\$&')}"`;
}
