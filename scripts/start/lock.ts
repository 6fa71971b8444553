import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { killGroup, processStartedAt } from '../lib/process-group.ts';
import { Stop } from '../lib/stop.ts';

/** What lock.json says of the start that owns a state folder, and of the server it runs. */
export interface LockOwner {
  pid: number;
  startedAt: string;
  url: string;
  /** Leader of the server's process group, once it runs. */
  server: { pid: number; startedAt: string } | null;
}

/** An end takes less than this, unless the server hangs. */
const HANDOVER_MS = 2_000;

export interface Lock {
  /** Notes the server, so that a start after a crash of this one can end what was left. */
  nameServer(pid: number): void;
  release(): void;
}

/**
 * One start per state folder: two servers on one database file would each believe to be the only writer.
 * A lock whose owner is gone is taken over, after the server that the owner left behind has been killed.
 */
export async function takeLock(file: string, stateDir: string, url: string): Promise<Lock> {
  const startedAt = processStartedAt(process.pid);
  if (startedAt === null) throw new Error('this process is not in the list of processes');
  let owner: LockOwner = { pid: process.pid, startedAt, url, server: null };
  await claim(file, stateDir, owner);
  return {
    nameServer(pid) {
      const serverStartedAt = processStartedAt(pid);
      owner = { ...owner, server: serverStartedAt === null ? null : { pid, startedAt: serverStartedAt } };
      writeFileSync(`${file}.new`, JSON.stringify(owner));
      renameSync(`${file}.new`, file);
    },
    release() {
      rmSync(file, { force: true });
    },
  };
}

/** Null when the folder has no readable lock. */
export function readLock(file: string): LockOwner | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (absent || error instanceof SyntaxError) return null; // cut off by a crash while it was written: nobody owns it
    throw error;
  }
}

async function claim(file: string, stateDir: string, owner: LockOwner): Promise<void> {
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      writeFileSync(file, JSON.stringify(owner), { flag: 'wx' });
      return;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const other = readLock(file);
    if (other && !(await gone(other))) {
      throw new Stop(
        `Another start (process ${other.pid}, ${other.url}) already uses ${stateDir}: stop it, or name another folder with --state-dir.`,
      );
    }
    if (other?.server && isAlive(other.server)) await killGroup(other.server.pid);
    rmSync(file, { force: true });
  }
  throw new Stop(`Several starts want ${stateDir} at once: start again, or name another folder with --state-dir.`);
}

/** Waits a little for an owner that is about to end: a start often follows right upon the end of another. */
async function gone(owner: LockOwner): Promise<boolean> {
  for (const deadlineMs = Date.now() + HANDOVER_MS; isAlive(owner); await sleep(50)) {
    if (Date.now() > deadlineMs) return false;
  }
  return true;
}

/** The id alone does not tell: the system gives ids of dead processes to new ones. */
function isAlive(owner: { pid: number; startedAt: string }): boolean {
  return processStartedAt(owner.pid) === owner.startedAt;
}
