import { logIn } from '../../scripts/start/api.ts';
import { type ListedRequest, listedRequests } from '../conformance/listed-requests.ts';
import { makeByApi } from '../helpers/node/api-fixture.ts';
import { ArchiveClient } from '../helpers/node/archive-client.ts';
import type { StartedServer } from '../helpers/node/server.ts';
import { freePort } from '../helpers/node/temporary.ts';
import { leavesOf } from './json-forms.ts';
import { signedInHeaders } from './targets.ts';

export interface JsonTargets {
  requests: ListedRequest[];
  headersOf: (request: ListedRequest) => Record<string, string>;
}

/** The second of an audit trail that was tampered with. */
const LEFT_OUT = /^\/api\/(auth|audit)\//;

/** Every request of the table of routes that has a body of JSON, but for those that end the session that they come with. */
export async function jsonTargets(server: Pick<StartedServer, 'url' | 'adminPassword'>): Promise<JsonTargets> {
  const login = await logIn(server.url, 'admin', server.adminPassword);
  if (login.kind !== 'ok') throw new Error(`the administrator cannot sign in: ${login.kind}`);
  const { session: admin } = login;
  const client = (await ArchiveClient.create(admin)).at(server);
  const place = { admin, projectId: client.projectId, nowMs: Date.now() };
  const receiverUrl = `http://127.0.0.1:${await freePort()}/hook`;
  const call: typeof client.call = (method, path, body) => client.call(method, path, body);
  const fixtures = await makeByApi({ ...place, receiverUrl, call }, 1);
  const all = [...listedRequests(fixtures).values()].flat();
  const cookies = await signedInHeaders(server);
  const session = Object.fromEntries(cookies.map((header) => header.split(': ', 2) as [string, string]));
  return {
    requests: all.filter(({ route, body }) => isJson(body) && !LEFT_OUT.test(route)),
    headersOf: ({ access }) => (access === 'ingest' ? { authorization: `Bearer ${client.key}` } : session),
  };
}

/** And no NDJSON, with a value to change. */
function isJson(body: string | null): boolean {
  return body !== null && !body.includes('\n') && leavesOf(JSON.parse(body)).length > 0;
}
