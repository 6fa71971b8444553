import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';

const folders = new Set<string>();
process.once('exit', () => {
  for (const dir of folders) rmSync(dir, { recursive: true, force: true });
});

/** A new folder outside the project; removed when this process ends. */
export function temporaryFolder(name: string): string {
  const dir = mkdtempSync(path.join(os.tmpdir(), `breakwater-${name}-`));
  folders.add(dir);
  return dir;
}

/** A port on which nothing listens at this moment. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('the probe has no port');
  return address.port;
}

/** Polls until `fact` returns something other than null, undefined or false; throws with `what` after `limitMs`. */
export async function until<T>(
  what: string,
  fact: () => T | Promise<T>,
  limitMs = 30_000,
): Promise<Exclude<T, null | undefined | false>> {
  const deadlineMs = Date.now() + limitMs;
  for (;;) {
    const found = await fact();
    if (found !== null && found !== undefined && found !== false) return found as Exclude<T, null | undefined | false>;
    if (Date.now() > deadlineMs) throw new Error(`still not so after ${limitMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
