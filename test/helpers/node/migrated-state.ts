import { cpSync } from 'node:fs';
import { applyMigrations } from '../../../scripts/start/server.ts';
import { openStateFolder } from '../../../scripts/start/state-folder.ts';
import { madeOnce } from './run-folder.ts';
import { temporaryFolder } from './temporary.ts';

/** A new state folder, as the first start leaves it after the migrations: they take seconds, a copy none. */
export async function migratedState(): Promise<string> {
  const migrated = await madeOnce('migrated', (draft) => applyMigrations(openStateFolder(draft).data));
  const dir = temporaryFolder('state');
  cpSync(migrated, dir, { recursive: true });
  return dir;
}
