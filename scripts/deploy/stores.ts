import { Stop } from '../lib/stop.ts';
import { isObject } from '../start/api.ts';
import { type Placement, placementArgs } from './placement.ts';
import type { Target } from './target.ts';
import { failed, wrangler, wranglerOrStop } from './wrangler.ts';

/** "The bucket you tried to create already exists, and you own it." */
const OWN_BUCKET = /\[code: 10004\]/;

/** Makes the database unless there is one of that name; an account has no two of one name. Throws a Stop where that one lies under another jurisdiction. */
export async function ensureDatabase(name: string, placement: Placement): Promise<'made' | 'there'> {
  const listed = await wranglerOrStop('Listing the databases', ['d1', 'list', '--json']);
  const databases: unknown = JSON.parse(listed.stdout);
  if (!Array.isArray(databases)) throw new Stop(`wrangler lists no databases but: ${listed.stdout.slice(0, 200)}`);
  const found = databases.filter(isObject).find((database) => database.name === name);
  if (found === undefined) {
    await wranglerOrStop(`Making the database ${name}`, ['d1', 'create', name, ...placementArgs(placement)]);
    return 'made';
  }
  // Where Cloudflare says nothing of it, wrangler asks once more before the Worker is bound to it.
  const theirs = 'jurisdiction' in found ? (found.jurisdiction ?? null) : placement.jurisdiction;
  if (theirs !== placement.jurisdiction)
    throw new Stop(
      `The database ${name} is there with ${inWords(theirs)}, and wrangler.toml has ${inWords(placement.jurisdiction)}. No database can be moved: write down what it has, or give another name.`,
    );
  return 'there';
}

function inWords(jurisdiction: unknown): string {
  return jurisdiction === null ? 'no jurisdiction' : `the jurisdiction ${jurisdiction}`;
}

/** A table of the first migration that no other program is likely to have. */
const OUR_TABLE = 'login_throttle';

/** A database with tables and without ours is another program's, whose name happens to be ours. One that has none is new. */
export function isForeign(tables: readonly string[]): boolean {
  const own = tables.filter((name) => !/^(?:sqlite_|_cf_|d1_migrations$)/.test(name));
  return own.length > 0 && !own.includes(OUR_TABLE);
}

/** Throws a Stop rather than migrate a database that is somebody else's. */
export async function checkDatabase({ env, database }: Target): Promise<void> {
  const sql = "SELECT name FROM sqlite_master WHERE type = 'table'";
  const args = ['d1', 'execute', 'DB', '--remote', '--env', env, '--json', '--command', sql];
  const { stdout } = await wranglerOrStop(`Looking into the database ${database}`, args);
  const answers: unknown = JSON.parse(stdout);
  const [answer] = Array.isArray(answers) ? answers : [];
  if (!isObject(answer) || !Array.isArray(answer.results))
    throw new Stop(`wrangler lists no tables of ${database} but: ${stdout.slice(0, 200)}`);
  if (isForeign(answer.results.filter(isObject).map(({ name }) => String(name))))
    throw new Stop(
      `The database ${database} is there and not Breakwater's: its tables are another program's. Nothing in it was changed. Give another name in [env.${env}] of wrangler.toml.`,
    );
}

/** Makes the bucket unless there is one of that name. Asked by making it: to ask for it first, a token would have to read analytics too. */
export async function ensureBucket(name: string, placement: Placement): Promise<'made' | 'there'> {
  const made = await wrangler(['r2', 'bucket', 'create', name, ...placementArgs(placement)]);
  if (made.code === 0) return 'made';
  if (OWN_BUCKET.test(made.output)) return 'there';
  throw failed(`Making the bucket ${name}`, made);
}
