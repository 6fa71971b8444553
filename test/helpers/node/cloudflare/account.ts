import { DatabaseSync } from 'node:sqlite';

/** One Worker as an account keeps it. */
export interface Script {
  secrets: Map<string, string>;
  /** The names of bindings, with what they lead to, as the last upload says. */
  bindings: { type: string; name: string; [more: string]: unknown }[];
  /** Tag of the last migration of classes that was carried out. */
  migrationTag: string | null;
  /** Newest last; the first of a Worker that was made for its secrets is its draft. */
  versions: string[];
  deployed: string | null;
  crons: string[];
  onWorkersDev: boolean;
  tags: string[];
}

export interface Database {
  uuid: string;
  name: string;
  sqlite: DatabaseSync;
  location: string | null;
  jurisdiction: string | null;
}

export interface Bucket {
  name: string;
  location: string | null;
  /** A bucket of one name in each: none of them sees the others. */
  jurisdiction: string | null;
}

/** What an account of Cloudflare holds, as far as a deployment touches it. Databases are SQLite: migrations really run. */
export class Account {
  readonly databases: Database[] = [];
  readonly buckets: Bucket[] = [];
  readonly scripts = new Map<string, Script>();
  /** Hashes of files that were uploaded, of whichever Worker. */
  readonly assets = new Set<string>();
  /** Pages projects, with the branch and the bundled functions of each deployment. */
  readonly pages = new Map<string, { branch: string; functions: string }[]>();
  #serial = 0;

  uuid(): string {
    this.#serial++;
    return `00000000-0000-4000-8000-${String(this.#serial).padStart(12, '0')}`;
  }

  createDatabase(name: string, location: string | null, jurisdiction: string | null): Database {
    const database = { uuid: this.uuid(), name, sqlite: new DatabaseSync(':memory:'), location, jurisdiction };
    this.databases.push(database);
    return database;
  }

  findDatabase(idOrName: string): Database | undefined {
    return this.databases.find(({ uuid, name }) => uuid === idOrName || name === idOrName);
  }

  findBucket(name: string, jurisdiction: string | null): Bucket | undefined {
    return this.buckets.find((bucket) => bucket.name === name && bucket.jurisdiction === jurisdiction);
  }

  script(name: string): Script {
    const known = this.scripts.get(name);
    if (known) return known;
    const script: Script = {
      ...{ secrets: new Map(), bindings: [], migrationTag: null, versions: [], deployed: null },
      ...{ crons: [], onWorkersDev: false, tags: [] },
    };
    this.scripts.set(name, script);
    return script;
  }
}

/** Runs what D1's query route is given: all of it or nothing. */
export function runSql(sqlite: DatabaseSync, sql: string): unknown[] {
  if (/^\s*(?:select|pragma)\b/i.test(sql)) return sqlite.prepare(sql).all();
  sqlite.exec('BEGIN');
  try {
    sqlite.exec(sql);
    sqlite.exec('COMMIT');
  } catch (error) {
    sqlite.exec('ROLLBACK');
    throw error;
  }
  return [];
}
