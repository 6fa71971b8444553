/** What a browser downloads as script before the first page works, as Cloudflare sends it. */
import { execFileSync } from 'node:child_process';
import { checkScriptSize } from '../scripts/lib/script-size.ts';
import type { Row } from './lib/row.ts';

export async function run(): Promise<Row[]> {
  execFileSync('vite', ['build', '--logLevel', 'error'], { stdio: ['ignore', 'ignore', 'inherit'] });
  return [{ what: 'dashboard script, first load, brotli', reach: '≤ 70 KB', ours: checkScriptSize(), peers: {} }];
}
