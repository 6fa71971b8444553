import { Stop } from '../lib/stop.ts';
import { type AdminSession, isObject } from '../start/api.ts';
import { readIfThere, type StateFolder, writePrivate } from '../start/state-folder.ts';

/** The demo project's ingest key, and whether the last hour has to be filled in. */
export interface Demo {
  key: string;
  fresh: boolean;
}

/**
 * Creates the demo project and its key on a state without projects. A state that has the demo goes on with it; one that
 * has only projects of its owner gets none: null.
 */
export async function prepareDemo(folder: StateFolder, session: AdminSession | null): Promise<Demo | null> {
  const known = readIfThere(folder.demoKey);
  if (known !== null) return { key: known, fresh: false };
  if (session === null) return null;
  const projects = await session.get('/api/projects');
  if (!isObject(projects) || !Array.isArray(projects.items) || projects.items.length > 0) return null;
  const project = await session.post('/api/projects', { name: 'Demo' });
  const made = await session.post(`/api/projects/${textIn(project, 'id')}/keys`, {
    name: 'Demo traffic',
    scopes: ['ingest'],
  });
  const key = textIn(made, 'key');
  writePrivate(folder.demoKey, key);
  return { key, fresh: true };
}

function textIn(value: unknown, name: string): string {
  const text = isObject(value) ? value[name] : undefined;
  if (typeof text !== 'string') throw new Stop(`The server's answer lacks "${name}": the demo project cannot be made.`);
  return text;
}
