import { Stop } from '../lib/stop.ts';
import { isObject } from '../start/api.ts';
import { failed, wrangler, wranglerOrStop } from './wrangler.ts';

/** "The bucket you tried to create already exists, and you own it." */
const OWN_BUCKET = /\[code: 10004\]/;

/** Makes the database unless there is one of that name; an account has no two of one name. */
export async function ensureDatabase(name: string): Promise<'made' | 'there'> {
  const listed = await wranglerOrStop('Listing the databases', ['d1', 'list', '--json']);
  const databases: unknown = JSON.parse(listed.stdout);
  if (!Array.isArray(databases)) throw new Stop(`wrangler lists no databases but: ${listed.stdout.slice(0, 200)}`);
  if (databases.some((database) => isObject(database) && database.name === name)) return 'there';
  await wranglerOrStop(`Making the database ${name}`, ['d1', 'create', name]);
  return 'made';
}

/** Makes the bucket unless there is one of that name. Asked by making it: to ask for it first, a token would have to read analytics too. */
export async function ensureBucket(name: string): Promise<'made' | 'there'> {
  const made = await wrangler(['r2', 'bucket', 'create', name]);
  if (made.code === 0) return 'made';
  if (OWN_BUCKET.test(made.output)) return 'there';
  throw failed(`Making the bucket ${name}`, made);
}
