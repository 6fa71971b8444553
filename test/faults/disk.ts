/** The files of a state folder, as the local runtime lays them out: for witnesses that share no code with the Worker. */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** A server that runs, or the first to open what a kill left, may hold the lock for a moment. */
const LOCK_WAIT_MS = 5_000;

/** To be closed. Works while a server runs and after it was killed. */
export function openDisk(file: string): DatabaseSync {
  return new DatabaseSync(file, { readOnly: true, timeout: LOCK_WAIT_MS });
}

/** The D1 database of a state folder. */
export function databaseFile(stateDir: string): string {
  const [file, ...others] = sqliteFiles(stateDir, 'd1/miniflare-D1DatabaseObject');
  if (!file || others.length > 0) throw new Error(`${stateDir} holds ${others.length + 1} D1 databases`);
  return file;
}

/** The databases of the Durable Objects of a class; of all that there are where it is `*`. */
export function objectFiles(stateDir: string, className: string): string[] {
  return sqliteFiles(stateDir, `do/breakwater-${className}`);
}

/** Rows of the D1 database. */
export function queryDisk(stateDir: string, sql: string): Record<string, unknown>[] {
  return rowsOf(databaseFile(stateDir), sql);
}

/** How often cron has begun a job. */
export function runsOf(stateDir: string, job: string): number {
  const [row] = rowsOf(databaseFile(stateDir), 'SELECT runs FROM jobs WHERE name = ?', job);
  return Number(row?.runs ?? 0);
}

/** Keys of all objects of R2. */
export function objectKeys(stateDir: string): string[] {
  return buckets(stateDir).flatMap((file) => rowsOf(file, 'SELECT key FROM _mf_objects').map(({ key }) => String(key)));
}

/** An object of R2, as the local store keeps it: its name in a table, its bytes in a file. Null where there is none. */
export function readObject(stateDir: string, key: string): Buffer | null {
  for (const file of buckets(stateDir)) {
    const [row] = rowsOf(file, 'SELECT blob_id FROM _mf_objects WHERE key = ?', key);
    if (row) return readFileSync(path.join(stateDir, 'state/v3/r2/breakwater/blobs', String(row.blob_id)));
  }
  return null;
}

const buckets = (stateDir: string): string[] => sqliteFiles(stateDir, 'r2/miniflare-R2BucketObject');

function rowsOf(file: string, sql: string, ...bindings: string[]): Record<string, unknown>[] {
  const db = openDisk(file);
  try {
    return db.prepare(sql).all(...bindings);
  } finally {
    db.close();
  }
}

function sqliteFiles(stateDir: string, folder: string): string[] {
  const dir = path.join(stateDir, 'state/v3');
  return globSync(`${folder}/*.sqlite`, { cwd: dir })
    .filter((name) => path.basename(name) !== 'metadata.sqlite')
    .map((name) => path.join(dir, name));
}
