import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { PROJECT_DIR } from './run.ts';

/** All scripts that the first page of the dashboard loads, its chart included, as Cloudflare sends them (brotli). */
const BUDGET_BYTES = 70 * 1024;

/** Throws when the built dashboard's first load is over budget; returns its size in words. */
export function checkScriptSize(distDir = path.join(PROJECT_DIR, 'dist')): string {
  const files = firstLoadScripts(distDir);
  if (files.length === 0) throw new Error(`${distDir}/index.html loads no script`);
  const sizes = files.map((file) => ({ file, bytes: packedBytes(path.join(distDir, file)) }));
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  const text = `${(total / 1024).toFixed(1)} of ${BUDGET_BYTES / 1024} KB`;
  if (total <= BUDGET_BYTES) return text;
  throw new Error(
    `The first load is ${text}:\n${sizes.map(({ file, bytes }) => `  ${(bytes / 1024).toFixed(1)} KB ${file}`).join('\n')}`,
  );
}

/** Of what is fetched on demand, only the chart is asked for by the first page itself; a page, a panel or a dialog is when it is opened. */
const ON_DEMAND_AT_ONCE = /\/plots-[\w-]+\.js$/;

/** The scripts that index.html names, and what those import, however deep. */
function firstLoadScripts(distDir: string): string[] {
  const html = readFileSync(path.join(distDir, 'index.html'), 'utf8');
  const built = new Set(globSync('**/*.js', { cwd: distDir }));
  const found = new Set<string>();
  const visit = (file: string) => {
    if (found.has(file) || !built.has(file)) return;
    found.add(file);
    const code = readFileSync(path.join(distDir, file), 'utf8');
    for (const [, onDemand, name] of code.matchAll(/(?:\bfrom|\bimport)\s*(\(?)\s*["'`](\.[^"'`]+\.js)["'`]/g)) {
      if (name && (onDemand === '' || ON_DEMAND_AT_ONCE.test(name)))
        visit(path.posix.join(path.posix.dirname(file), name));
    }
  };
  for (const [, name] of html.matchAll(/(?:src|href)="\/([^"]+\.js)"/g)) if (name) visit(name);
  return [...found];
}

function packedBytes(file: string): number {
  const code = readFileSync(file);
  return brotliCompressSync(code, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).byteLength;
}
