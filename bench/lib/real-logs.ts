import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { makeBodies } from './records.ts';

const LOGS = path.join(import.meta.dirname, '../../../shared/data/logs');

/** Lines of the real logs in ../shared/data (where they are) as a shipper sends them, once. */
export function realLines(): { name: string; records: { service: string; message: string }[] } {
  if (!existsSync(LOGS)) {
    const lines = makeBodies(20, 1_000, 0).flatMap((body) => body.toString().trim().split('\n'));
    return {
      name: 'generated records, because ../shared/data is absent',
      records: lines.map((line) => JSON.parse(line)),
    };
  }
  const files = readdirSync(LOGS).filter((file) => file.endsWith('.log'));
  const records = files.flatMap((file) =>
    readFileSync(path.join(LOGS, file), 'utf8')
      .split(/\r?\n/)
      .filter((line) => line !== '')
      .map((message) => ({ service: file.replace(/_.*|\.log/g, ''), message })),
  );
  return { name: `${files.length} real logs, again and again`, records };
}
