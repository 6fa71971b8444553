import { type AdminSession, isObject } from '../start/api.ts';
import { readIfThere, type StateFolder, writePrivate } from '../start/state-folder.ts';
import { makeDemoRules } from './alerts.ts';
import { makeDestinations } from './destinations.ts';
import { textIn } from './text-in.ts';

/** The demo project's ingest key, and whether the last hour has to be filled in. */
export interface Demo {
  key: string;
  fresh: boolean;
}

const PROJECT_NAME = 'Demo';

/**
 * Creates the demo project with its key, its destinations and its rules of alerts on a state without projects. A state that has the demo goes on with it; one that
 * has projects of its owner gets none: null.
 */
export async function prepareDemo(
  folder: StateFolder,
  session: AdminSession | null,
  receiverUrl: string | null,
): Promise<Demo | null> {
  const known = readIfThere(folder.demoKey);
  if (known !== null) return { key: known, fresh: false };
  if (session === null) return null;
  const project = await demoProject(session);
  if (project === null) return null;
  const projectId = textIn(project, 'id');
  const destinationIds = receiverUrl === null ? [] : await makeDestinations(session, projectId, receiverUrl);
  await makeDemoRules(session, projectId, destinationIds);
  const made = await session.post(`/api/projects/${projectId}/keys`, { name: 'Demo traffic', scopes: ['ingest'] });
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
