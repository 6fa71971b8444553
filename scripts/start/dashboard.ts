import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { hashFiles } from '../lib/hash-files.ts';
import { PROJECT_DIR, run } from '../lib/run.ts';
import { Stop } from '../lib/stop.ts';
import { readIfThere } from './state-folder.ts';

/** Everything that the built dashboard depends on. The lock file stands for the versions of all packages. */
const SOURCES = [
  'src/dashboard/**/*',
  'src/wire/**/*',
  'public/**/*',
  'vite.config.ts',
  'tsconfig.base.json',
  'tsconfig.dashboard.json',
  'package-lock.json',
];
const MARK = path.join(PROJECT_DIR, 'node_modules/.cache/breakwater/dashboard.sha256');

/** Builds dist/ unless it holds a build of exactly these sources. */
export async function buildDashboard(signal?: AbortSignal): Promise<'built' | 'unchanged'> {
  const hash = hashFiles(SOURCES);
  if (readIfThere(MARK) === hash && existsSync(path.join(PROJECT_DIR, 'dist/index.html'))) return 'unchanged';
  const result = await run('vite', ['build', '--logLevel', 'warn'], signal ? { signal } : {});
  if (result.code !== 0) throw new Stop(`The dashboard does not build:\n${result.output.trim()}`);
  mkdirSync(path.dirname(MARK), { recursive: true });
  writeFileSync(MARK, hash);
  return 'built';
}
