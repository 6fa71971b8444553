import { quote } from '../../../lib/curl.ts';

/** As in wrangler.toml. */
const BUCKET = 'breakwater';

/** The last part of a key: what a download is called. */
export function fileOf(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1);
}

/** Commands that read an archive as it is, with nothing of ours. */
export function archiveCommands(key: string): { label: string; code: string }[] {
  const file = fileOf(key);
  const question = (from: string, count: string) =>
    `SELECT level, service, ${count} AS records FROM ${from} GROUP BY ALL ORDER BY records DESC`;
  return [
    {
      label: 'From R2',
      code: `npx wrangler r2 object get ${quote(`${BUCKET}/${key}`)} --remote --file ${quote(file)}`,
    },
    { label: 'zcat', code: `zcat ${quote(file)} | head -n 20` },
    { label: 'DuckDB', code: `duckdb -c ${shell(question(`read_ndjson_auto('${file}')`, 'count(*)'))}` },
    { label: 'ClickHouse', code: `clickhouse local -q ${shell(question(`file('${file}', JSONEachRow)`, 'count()'))}` },
  ];
}

/** A Parquet file of one day and stream. */
export function warehouseCommand(key: string): string {
  const sql = `SELECT level, service, count(*) AS records FROM '${fileOf(key)}' GROUP BY ALL ORDER BY records DESC`;
  return `duckdb -c ${shell(sql)}`;
}

/** SQL has single quotes of its own. */
function shell(sql: string): string {
  return `"${sql.replaceAll(/["$`\\]/g, '\\$&')}"`;
}
