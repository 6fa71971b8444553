import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';

const folders = new Set<string>();
process.once('exit', () => {
  for (const dir of folders) rmSync(dir, { recursive: true, force: true });
});

/** A new folder outside the project; removed when this process ends. */
export function temporaryFolder(name: string, parent = os.tmpdir()): string {
  const dir = mkdtempSync(path.join(parent, `breakwater-${name}-`));
  folders.add(dir);
  return dir;
}

/**
 * Below the ports that systems give to connections on their way out (Linux: from 32768 on): one of those may be taken by any connection between this look and
 * the start of the server that is to have it. Above those that Chromium refuses to open.
 */
const PORTS = { first: 11_000, last: 32_000 };
const MAX_LOOKS = 100;

/** A port on which nothing listens at this moment; by chance, so that tests beside this one do not get the same. */
export async function freePort(): Promise<number> {
  for (let look = 0; look < MAX_LOOKS; look++) {
    const port = randomInt(PORTS.first, PORTS.last);
    if (await isFree(port)) return port;
  }
  throw new Error(`none of ${MAX_LOOKS} ports from ${PORTS.first} to ${PORTS.last} is free`);
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  const listens = await new Promise<boolean>((resolve) => {
    probe.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
  });
  if (listens) await new Promise((resolve) => probe.close(resolve));
  return listens;
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
