import { Stop } from '../lib/stop.ts';
import { type AdminSession, isObject } from '../start/api.ts';
import { readIfThere, type StateFolder, writePrivate } from '../start/state-folder.ts';
import { makeDemoRules } from './alerts.ts';

/** The demo project's ingest key, and whether the last hour has to be filled in. */
export interface Demo {
  key: string;
  fresh: boolean;
}

const PROJECT_NAME = 'Demo';

/**
 * Creates the demo project with its rules of alerts and its key on a state without projects. A state that has the demo goes on with it; one that
 * has projects of its owner gets none: null.
 */
export async function prepareDemo(folder: StateFolder, session: AdminSession | null): Promise<Demo | null> {
  const known = readIfThere(folder.demoKey);
  if (known !== null) return { key: known, fresh: false };
  if (session === null) return null;
  const project = await demoProject(session);
  if (project === null) return null;
  const projectId = textIn(project, 'id');
  await makeDemoRules(session, projectId);
  const made = await session.post(`/api/projects/${projectId}/keys`, {
    name: 'Demo traffic',
    scopes: ['ingest'],
  });
  const key = textIn(made, 'key');
  writePrivate(folder.demoKey, key);
  return { key, fresh: true };
}

/** A new one on an empty state, or the one of a start that was killed before it had noted the key: nothing was ever sent to it. */
async function demoProject(session: AdminSession): Promise<unknown> {
  const list = await session.get('/api/projects');
  const [first, ...others] = isObject(list) && Array.isArray(list.items) ? list.items : [];
  if (first === undefined) return session.post('/api/projects', { name: PROJECT_NAME });
  if (others.length > 0 || !isObject(first) || first.name !== PROJECT_NAME) return null;
  const ledger = await session.get(`/api/projects/${textIn(first, 'id')}/ledger`);
  return isObject(ledger) && ledger.received === 0 && ledger.refused === 0 ? first : null;
}

function textIn(value: unknown, name: string): string {
  const text = isObject(value) ? value[name] : undefined;
  if (typeof text !== 'string') throw new Stop(`The server's answer lacks "${name}": the demo project cannot be made.`);
  return text;
}
