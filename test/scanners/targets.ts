/** What scanners are pointed at: lists and searches whose parameters reach a store, as an administrator asks them. */
import { isObject, logIn } from '../../scripts/start/api.ts';
import { newProject } from '../faults/project.ts';
import type { StartedServer } from '../helpers/node/server.ts';

export interface Targets {
  /** With their queries. */
  paths: string[];
  bodies: TargetBody[];
  /** Of a signed-in administrator, as curl takes them. */
  headers: string[];
}

/** A body that is JSON, with where it goes. */
export interface TargetBody {
  path: string;
  body: string;
  headers: string[];
  /** Answers of what lies behind every check of the request's form and of its sender. */
  reached: RegExp;
}

/** Each parameter of these is tried; `P` is the project. */
const QUESTIONS = [
  ...['/api/query/logs?project=P&q=level:error&stream=logs&from=0&order=desc&limit=10'],
  ...['/api/query/logs/histogram?project=P&q=paid&stream=logs&from=0&buckets=10'],
  ...['/api/query/logs/facets?project=P&q=paid&fields=level,attrs.region&limit=5'],
  ...['/api/query/metrics/timeseries?project=P&name=latency&by=page&stat=p95&step=60000&label.page=a'],
  ...['/api/query/metrics/names?project=P&limit=5'],
  ...['/api/query/vitals/summary?project=P&page=/cart&device=mobile'],
  ...['/api/query/vitals/pages?project=P&name=LCP&also=INP&sort=p75&minCount=1&limit=5'],
  ...['/api/query/vitals/breakdown?project=P&name=LCP&by=device'],
  ...['/api/query/errors?project=P&sort=count&q=total&status=open&limit=5'],
  ...['/api/query/sessions?project=P&q=total&limit=5'],
  ...['/api/query/anomalies?project=P&stream=vitals&name=LCP&stat=p75&by=page&value=a&limit=5'],
  ...['/api/fraud/events?project=P&minScore=1&decision=deny&rule=new_device&userId=a&limit=5'],
  ...['/api/fraud/references?project=P&userId=a', '/api/fraud/graph?project=P&userId=a'],
  ...['/api/fraud/cross-lookup?project=P&minAccounts=2&type=phone&userId=a&reference=b&limit=5'],
  ...['/api/alerts/firings?project=P&state=firing&rule=a&limit=5'],
  ...['/api/deliveries?project=P&state=delivered&limit=5'],
  ...['/api/archives?project=P&stream=logs&from=0&limit=5'],
  ...['/api/audit?actor=admin&table=users&operation=insert&requestId=a&action=b&target=c&q=d&from=0&limit=5'],
  ...['/api/jobs?limit=5', '/api/notices?limit=5', '/api/users?limit=5', '/api/projects?limit=5'],
  ...['/api/compliance/breaches?limit=5', '/api/compliance/deletions?project=P&limit=5'],
  ...['/api/data?project=P&scope=p2p&gateway=bank&operation=transfer', '/api/history?project=P&scope=p2p&hours=2'],
] as const;

/** Whom nobody knows: after a few tries of a name the throttle alone would answer, so each comes with another (sqlmap.test.ts). */
export const STRANGER = 'nobody';

/** The last of each says which answers come from behind the door: of a name that is looked up, of a project that is looked for. */
const BODIES = [
  ['/api/auth/login', { username: STRANGER, password: 'a password' }, 'nobody', /^401 invalid_credentials$/],
  ['/api/ingest', { level: 'info', service: 'shop', message: 'paid', attrs: { region: 'eu' } }, 'key', /^202$/],
  ['/api/fraud/cross-lookup?project=P', { device: 'd-4912345678' }, 'session', /^200$/],
  ['/api/searches', { project: 'P', name: 'mine', q: 'level:error' }, 'session', /^(201|404 not_found)$/],
] as const;

/** Signs in, makes a project with some records, and says what may be asked of it. */
export async function targetsOf(server: Pick<StartedServer, 'url' | 'adminPassword'>): Promise<Targets> {
  const login = await logIn(server.url, 'admin', server.adminPassword);
  if (login.kind !== 'ok') throw new Error(`the administrator cannot sign in: ${login.kind}`);
  const project = await newProject(login.session, 'Scanned');
  const records = Array.from({ length: 50 }, (_, i) => ({
    level: i % 9 === 0 ? 'error' : 'info',
    message: `paid ${i}`,
  }));
  const sent = await fetch(`${server.url}/api/ingest`, {
    method: 'POST',
    headers: { authorization: `Bearer ${project.key}`, 'content-type': 'application/json' },
    body: JSON.stringify(records),
  });
  if (sent.status !== 202) throw new Error(`records were not taken: ${sent.status}`);
  const filled = (text: string) => text.replace(/\bP\b/g, project.id);
  const headers = await signedInHeaders(server);
  const senders = { nobody: [], key: [`Authorization: Bearer ${project.key}`], session: headers };
  return {
    paths: QUESTIONS.map(filled),
    bodies: BODIES.map(([path, body, sender, reached]) => ({
      ...{ path: filled(path), body: filled(JSON.stringify(body)), reached },
      headers: ['Content-Type: application/json', ...senders[sender]],
    })),
    headers,
  };
}

/** Of a session of its own: a scanner sends what it is given and keeps nothing. */
export async function signedInHeaders(server: Pick<StartedServer, 'url' | 'adminPassword'>): Promise<string[]> {
  const answer = await fetch(`${server.url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'admin', password: server.adminPassword }),
  });
  const body: unknown = await answer.json();
  if (!answer.ok || !isObject(body)) throw new Error(`the administrator cannot sign in: ${answer.status}`);
  const cookie = answer.headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0])
    .join('; ');
  return [`Cookie: ${cookie}`, `X-CSRF-Token: ${String(body.csrf)}`, `Origin: ${server.url}`];
}
