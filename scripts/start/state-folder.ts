import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { reasonOf, Stop } from '../lib/stop.ts';

/** The files of a state folder. Everything that a start must find again lives here; deleting the folder forgets all of it. */
export interface StateFolder {
  dir: string;
  /** D1, Durable Objects and caches, as wrangler lays them out. */
  data: string;
  /** Environment file of the Worker's secrets. */
  secrets: string;
  adminPassword: string;
  /** Key of the demo project. Its presence is also what tells a later start that the demo is wanted. */
  demoKey: string;
  /** Port of the demo's receiver, which its destinations have in their URL. */
  demoReceiver: string;
  lock: string;
  /** What wrangler and the Worker print. */
  serverLog: string;
  /** Wrangler's list of servers that run side by side; kept per state so that two starts never meet. */
  registry: string;
}

/** Creates the folder where it is missing, readable by its owner only: it holds secrets. */
export function openStateFolder(dir: string): StateFolder {
  const at = (name: string) => path.join(path.resolve(dir), name);
  const folder: StateFolder = {
    dir: path.resolve(dir),
    data: at('state'),
    secrets: at('secrets'),
    adminPassword: at('admin-password'),
    demoKey: at('demo-key'),
    demoReceiver: at('demo-receiver'),
    lock: at('lock.json'),
    serverLog: at('server.log'),
    registry: at('registry'),
  };
  try {
    makeFolder(folder.data);
    accessSync(folder.dir, constants.W_OK);
  } catch (error) {
    throw new Stop(`Cannot write to the state folder ${folder.dir}: ${reasonOf(error)}.`);
  }
  return folder;
}

/**
 * Like mkdir -p. Node's own `recursive` never returns where an existing parent answers ENOENT, as below /proc: it makes the
 * parent, is told that it exists, tries the child again, and so on.
 */
function makeFolder(dir: string): void {
  if (existsSync(dir)) return;
  makeFolder(path.dirname(dir));
  try {
    mkdirSync(dir, { mode: 0o700 });
  } catch (error) {
    const made = error instanceof Error && 'code' in error && error.code === 'EEXIST' && existsSync(dir);
    if (!made) throw error; // made means: by another start, at the same time
  }
}

/** The trimmed text of a file, or null where there is none. */
export function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new Stop(`Cannot read ${file}: ${reasonOf(error)}.`);
  }
}

/** Writes a file that only its owner can read; a crash leaves the old content or the new, never a half. */
export function writePrivate(file: string, text: string): void {
  const draft = `${file}.${process.pid}`;
  try {
    writeFileSync(draft, `${text}\n`, { mode: 0o600 });
    renameSync(draft, file);
  } catch (error) {
    throw new Stop(`Cannot write ${file}: ${reasonOf(error)}.`);
  }
}

/**
 * Secrets of the Worker, made on first use. What a newer version needs besides is added to a file that lacks it; what was there once is not
 * made again, because what it signed or sealed would be lost without a word. Rotation is described in docs/operations.md.
 */
export function ensureSecrets(file: string): { setupToken: string; created: boolean } {
  const known = readIfThere(file);
  // 32 bytes are 43 characters of base64url, the least that the Worker accepts (src/env.ts).
  const secret = () => randomBytes(32).toString('base64url');
  let text = known ?? `SESSION_SECRETS=k1:${secret()}\nAPI_KEY_SECRETS=k1:${secret()}\nSETUP_TOKEN=${secret()}`;
  const missing = ['SESSION_SECRETS', 'API_KEY_SECRETS', 'SETUP_TOKEN'].filter((name) => valueIn(text, name) === null);
  if (missing.length > 0)
    throw new Stop(`${file} lacks ${missing.join(' and ')}: put it back, or move the file away for new secrets.`);
  if (!/^DATA_SECRETS=/m.test(text)) text += `\nDATA_SECRETS=k1:${secret()}`;
  if (text !== known) writePrivate(file, text);
  return { setupToken: valueIn(text, 'SETUP_TOKEN') ?? '', created: known === null };
}

function valueIn(text: string, name: string): string | null {
  return new RegExp(`^${name}=(.+)$`, 'm').exec(text)?.[1]?.trim() ?? null;
}
