import { globSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { openStateFolder } from '../../../scripts/start/state-folder.ts';

/** Rows by the hundred thousand: the pages stay in memory, and nothing waits for the disk. */
const FAST = 'PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; PRAGMA foreign_keys = ON';

interface Bound {
  sql: string;
  values: SQLInputValue[];
  bind(...values: SQLInputValue[]): Bound;
  all(): Promise<{ results: unknown[] }>;
}

/**
 * The D1 database of a state folder that no server has open, as the file that it is: `prepare`, `bind`, `all` and `batch`, which is one transaction, as D1 has them.
 * Its triggers and checks are in force.
 */
export async function inFile(stateDir: string, work: (db: D1Database) => Promise<void>): Promise<void> {
  const file = new DatabaseSync(databaseFile(stateDir));
  const batch = async (statements: Bound[]) => {
    file.exec('BEGIN');
    for (const { sql, values } of statements) file.prepare(sql).run(...values);
    file.exec('COMMIT');
    return [];
  };
  const bound = (sql: string, values: SQLInputValue[]): Bound => ({
    ...{ sql, values },
    bind: (...given: SQLInputValue[]) => bound(sql, given),
    all: async () => ({ results: file.prepare(sql).all(...values) }),
  });
  try {
    file.exec(FAST);
    await work({ prepare: (sql: string) => bound(sql, []), batch } as unknown as D1Database);
  } finally {
    file.close();
  }
}

/** As miniflare lays it out: named by a hash, beside its own list. */
function databaseFile(stateDir: string): string {
  const folder = path.join(openStateFolder(stateDir).data, 'v3/d1/miniflare-D1DatabaseObject');
  const files = globSync('*.sqlite', { cwd: folder }).filter((name) => name !== 'metadata.sqlite');
  const [name] = files;
  if (name === undefined || files.length > 1) throw new Error(`${files.length} databases are in ${folder}`);
  return path.join(folder, name);
}
