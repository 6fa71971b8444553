/** What a deployment uploads and how long an isolate works before it answers its first request, as wrangler says both. */
import path from 'node:path';
import { run as runProgram } from '../scripts/lib/run.ts';
import { buildDashboard } from '../scripts/start/dashboard.ts';
import { temporaryFolder } from '../test/helpers/node/temporary.ts';
import { median, type Row } from './lib/row.ts';

const RUNS = 5;

export async function run(): Promise<Row[]> {
  await buildDashboard(); // wrangler reads dist/
  const dir = temporaryFolder('bundle');
  const built = await runProgram('wrangler', ['deploy', '--dry-run', '--minify', '--outdir', dir]);
  const gzipKib = Number(/gzip: ([\d.]+) KiB/.exec(built.output)?.[1]);
  if (built.code !== 0 || Number.isNaN(gzipKib)) throw new Error(`the Worker does not bundle:\n${built.output}`);
  const times: number[] = [];
  for (let i = 0; i < RUNS; i++) times.push(await startUpMs(path.join(dir, `${i}.cpuprofile`)));
  return [
    { what: 'Worker bundle, minified, gzip', reach: '≤ 1 MB (1,024 KiB)', ours: `${gzipKib} KiB`, peers: {} },
    {
      what: `CPU of starting an isolate, of \`wrangler check startup\`, median of ${RUNS}`,
      reach: '≤ 50 ms',
      ours: `${median(times).toFixed(1)} ms`,
      peers: { least: `${Math.min(...times).toFixed(1)} ms`, most: `${Math.max(...times).toFixed(1)} ms` },
    },
  ];
}

/** "Active" of the report: the profile without what was idle. */
async function startUpMs(file: string): Promise<number> {
  const result = await runProgram('wrangler', ['check', 'startup', '--args=--minify', `--outfile=${file}`]);
  const activeMs = Number(/Active: ([\d.]+) ms/.exec(result.output)?.[1]);
  if (result.code !== 0 || Number.isNaN(activeMs)) throw new Error(`wrangler check startup failed:\n${result.output}`);
  return activeMs;
}
