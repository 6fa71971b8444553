/**
 * The folder of one run of the tests. Everything that the run writes outside the project lies in it and goes with it: a worker process of
 * vitest is ended without a chance to remove anything. As a `globalSetup` this makes it; what starts without vitest gets one for itself.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statfsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { processStartedAt } from '../../../scripts/lib/process-group.ts';
import { temporaryFolder, until } from './temporary.ts';

const VARIABLE = 'BREAKWATER_RUN_FOLDER';

export default function setup(): void {
  removeLeftFolders(quickFolder());
  runFolder();
}

/** What runs left that were killed: nothing else takes it away, and in memory it lies until the machine is started again. */
export function removeLeftFolders(parent: string): void {
  for (const name of readdirSync(parent)) {
    const [, pid] = /^breakwater-run(\d+)-/.exec(name) ?? [];
    if (pid !== undefined && processStartedAt(Number(pid)) === null)
      rmSync(path.join(parent, name), { recursive: true, force: true });
  }
}

/** What a run has at once is less by far; other programs of the machine need some too. */
const ROOM_BYTES = 6 * 1024 ** 3;

/**
 * In memory, where the system has a folder there with room: the databases of a run wait for their disk at each commit, and no test is about a loss of power.
 * (One of a process outlives it there as well.)
 */
function quickFolder(): string {
  const memory = '/dev/shm';
  if (process.platform !== 'linux' || !existsSync(memory)) return os.tmpdir();
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize > ROOM_BYTES && os.freemem() > ROOM_BYTES ? memory : os.tmpdir();
}

/** Processes that are started from now on find the folder, and make their temporary files in it. */
export function runFolder(): string {
  process.env[VARIABLE] ??= temporaryFolder(`run${process.pid}`, quickFolder());
  process.env.TMPDIR = process.env[VARIABLE];
  // wrangler is started more than a hundred times, and compiling it is a fifth of a start.
  process.env.NODE_COMPILE_CACHE ??= path.join(process.env[VARIABLE], 'compiled');
  return process.env[VARIABLE];
}

/** A folder that is made once in a run, by whoever needs it first, and only read afterwards: `make` gets an empty one to fill. */
export async function madeOnce(name: string, make: (draft: string) => Promise<void>): Promise<string> {
  const dir = path.join(runFolder(), name);
  const draft = `${dir}.draft`;
  while (!existsSync(dir)) {
    if (isTaken(draft)) {
      await until(`another file's ${name} is made`, () => !existsSync(draft), 150_000);
      continue;
    }
    try {
      await make(draft);
      renameSync(draft, dir);
    } catch (error) {
      rmSync(draft, { recursive: true, force: true });
      throw error;
    }
  }
  return dir;
}

/** Takes it where it is free. */
function isTaken(draft: string): boolean {
  try {
    mkdirSync(draft, { mode: 0o700 });
    return false;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return true;
    throw error;
  }
}
