import { type AdminSession, isObject } from '../start/api.ts';
import { textIn } from './text-in.ts';

/** Ids of the demo's destinations; a project that has some already keeps them. Each is sent a test, so that there is something to look at. */
export async function makeDestinations(
  session: AdminSession,
  projectId: string,
  receiverUrl: string,
): Promise<string[]> {
  const path = `/api/destinations?project=${projectId}`;
  const list = await session.get(path);
  const known = isObject(list) && Array.isArray(list.items) ? list.items : [];
  if (known.length > 0) return known.map((one) => textIn(one, 'id'));
  const ids: string[] = [];
  for (const destination of [
    { name: 'Pager', kind: 'webhook', url: `${receiverUrl}/pager`, ordered: true },
    { name: 'Team chat', kind: 'slack', url: `${receiverUrl}/chat` },
  ]) {
    ids.push(textIn(await session.post(path, destination), 'id'));
  }
  for (const id of ids) await session.post(`/api/destinations/${id}/test?project=${projectId}`, {});
  return ids;
}
