import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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
    // Cut off by a crash of the machine while it was written: nobody owns it.
    if (codeOf(error) === 'ENOENT' || error instanceof SyntaxError) return null;
    throw error;
  }
}

async function claim(file: string, stateDir: string, owner: LockOwner): Promise<void> {
  // A lock is written elsewhere and linked into place, so that nobody ever reads one without its owner.
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(owner));
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      if (linked(draft, file)) return;
      const other = readLock(file);
      if (other && !(await gone(other))) {
        throw new Stop(
          `Another start (process ${other.pid}, ${other.url}) already uses ${stateDir}: stop it, or name another folder with --state-dir.`,
        );
      }
      if (other?.server && isAlive(other.server)) await killGroup(other.server.pid);
      removeLock(file, other);
    }
    throw new Stop(`Several starts want ${stateDir} at once: start again, or name another folder with --state-dir.`);
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Removes the lock of an owner that is gone, and no other: meanwhile another start may have put its own in that place, and gets it
 * back. Only a third start in those microseconds could come in between.
 */
function removeLock(file: string, owner: LockOwner | null): void {
  const aside = `${file}.${process.pid}.gone`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return; // another start was quicker
    throw error;
  }
  const taken = readLock(aside);
  if (taken && (taken.pid !== owner?.pid || taken.startedAt !== owner.startedAt)) linked(aside, file);
  rmSync(aside);
}

/** Gives a file a second name; false when that name is taken. */
function linked(file: string, name: string): boolean {
  try {
    linkSync(file, name);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : null;
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
