/**
 * The folder of one run of the tests. Everything that the run writes outside the project lies in it and goes with it: a worker process of
 * vitest is ended without a chance to remove anything. As a `globalSetup` this makes it; what starts without vitest gets one for itself.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder, until } from './temporary.ts';

const VARIABLE = 'BREAKWATER_RUN_FOLDER';

export default function setup(): void {
  runFolder();
}

/** Processes that are started from now on find the folder, and make their temporary files in it. */
export function runFolder(): string {
  process.env[VARIABLE] ??= temporaryFolder('run');
  process.env.TMPDIR = process.env[VARIABLE];
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
