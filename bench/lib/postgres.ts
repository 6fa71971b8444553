/** A PostgreSQL server of its own, in a temporary folder, with the settings of an installation: nothing is taken from the machine but the programs. */
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Writable } from 'node:stream';
import { freePort, until } from '../../test/helpers/node/temporary.ts';

const ROOT = '/usr/lib/postgresql';

export interface Postgres {
  version: string;
  /** Rows as text, columns by `|`. */
  query(sql: string): string[];
  /** Milliseconds as the server itself measures them, without the client. */
  explainMs(sql: string): number;
  /** Takes CSV lines. */
  copy(table: string): { input: Writable; done: Promise<void> };
  stop(): void;
}

/** Null where it is not installed. */
export async function startPostgres(): Promise<Postgres | null> {
  const version = existsSync(ROOT) ? readdirSync(ROOT).sort().at(-1) : undefined;
  if (version === undefined) return null;
  const bin = path.join(ROOT, version, 'bin');
  // It refuses to run as root; its own user came with the package.
  const user = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};
  const folder = mkdtempSync(path.join(os.tmpdir(), 'postgres-'));
  letThrough(os.tmpdir());
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
  const data = path.join(folder, 'data');
  const as = { ...user, cwd: folder, stdio: 'pipe' as const };
  execFileSync(path.join(bin, 'initdb'), ['-D', data, '-U', 'bench', '-A', 'trust', '-E', 'UTF8', '--no-locale'], as);
  const port = await freePort();
  const server = spawn(
    path.join(bin, 'postgres'),
    ['-D', data, '-p', String(port), '-k', folder, '-c', 'listen_addresses=', '-c', 'jit=off'],
    { ...as, stdio: 'ignore' },
  );
  process.once('exit', () => server.kill('SIGQUIT'));
  const psql = (...args: string[]) => ['-h', folder, '-p', String(port), '-U', 'bench', '-d', 'postgres', ...args];
  const query = (sql: string) =>
    execFileSync('psql', psql('-q', '-v', 'ON_ERROR_STOP=1', '-At', '-c', sql), { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line !== '');
  await until('PostgreSQL answers', () => {
    try {
      return query('SELECT 1').length === 1;
    } catch {
      return false;
    }
  });
  return {
    version,
    query,
    explainMs(sql) {
      const found = /Execution Time: ([\d.]+) ms/.exec(query(`EXPLAIN (ANALYZE, TIMING OFF) ${sql}`).join('\n'));
      if (!found) throw new Error('PostgreSQL did not say how long it took');
      return Number(found[1]);
    },
    copy(table) {
      const client = spawn('psql', psql('-q', '-c', `COPY ${table} FROM STDIN (FORMAT csv)`), {
        stdio: ['pipe', 'ignore', 'inherit'],
      });
      const done = new Promise<void>((resolve, reject) => {
        client.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`psql ended with ${code}`))));
      });
      return { input: client.stdin, done };
    },
    stop: () => void server.kill('SIGINT'),
  };
}

/** Folders of a run are its owner's alone; the user of the server has to pass through them. */
function letThrough(folder: string): void {
  const { mode, uid } = statSync(folder);
  if ((mode & 0o001) !== 0 || uid !== process.getuid?.()) return;
  chmodSync(folder, mode | 0o011);
  letThrough(path.dirname(folder));
}

function idOf(flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
}
