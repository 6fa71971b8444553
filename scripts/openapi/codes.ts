import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Access, Operation, Route } from '../../src/shared/describe.ts';
import { PROJECT_DIR } from '../lib/run.ts';

/** The status of each code, as docs/errors.md says it: `### code`, and below it a sentence that begins with the status. */
export function statusOfCodes(): ReadonlyMap<string, number> {
  const text = readFileSync(path.join(PROJECT_DIR, 'docs/errors.md'), 'utf8');
  return new Map([...text.matchAll(/^### (\w+)\n(\d{3})\. /gm)].map(([, code = '', status]) => [code, Number(status)]));
}

const KNOWN_CALLER =
  'unauthenticated key_invalid key_revoked duplicate_session_cookie forbidden project_disabled rate_limited';
const IN_PROJECT = `${KNOWN_CALLER} not_found`;
const SENDER =
  'key_missing key_invalid key_revoked project_disabled scope_missing origin_refused key_in_url invalid_input rate_limited';
const BATCH =
  'unsupported_media_type body_too_large encoding_unknown encoding_broken body_cut malformed_body too_many_records all_rejected ' +
  'idempotency_key_reused quota_exceeded backlog_full journal_away';
const OF_ACCESS: Readonly<Record<Access, string>> = {
  public: '',
  ingest: SENDER,
  probe: SENDER,
  send: `${KNOWN_CALLER} ${SENDER} not_found`,
  'any-key': `${KNOWN_CALLER} ${SENDER} not_found`,
  session: KNOWN_CALLER,
  'own-projects': KNOWN_CALLER,
  deployment: KNOWN_CALLER,
  admins: KNOWN_CALLER,
  socket: IN_PROJECT,
  read: IN_PROJECT,
  export: IN_PROJECT,
  write: IN_PROJECT,
  admin: IN_PROJECT,
};

const FORM = 'invalid_json unsupported_media_type body_too_large body_cut invalid_input';
const REPEATED = 'idempotency_key_in_use idempotency_key_reused idempotency_outcome_unknown';
const BY_COOKIE = 'csrf_failed cross_site_request';

/** Where an Idempotency-Key is that of src/idempotency: everything but sign-in and what knows repeats itself. */
export function takesIdempotencyKey(route: Route, { access }: Operation): boolean {
  const isChange = !/^(GET|OPTIONS) /.test(route);
  const isElsewhere = ['ingest', 'probe', 'public', 'send'].includes(access) || route.includes(' /api/auth/');
  return isChange && route.includes(' /api/') && !isElsewhere;
}

/** Where `?project=` says which one is meant. */
export function namesProject(route: Route, { access }: Operation): boolean {
  const ofProject: readonly Access[] = ['read', 'export', 'write', 'admin', 'socket', 'send', 'any-key'];
  return ofProject.includes(access) && !route.includes('/api/projects/:id');
}

/** All codes that a route may refuse with, by status. */
export function refusalsOf(
  route: Route,
  operation: Operation,
  statuses: ReadonlyMap<string, number>,
): ReadonlyMap<number, readonly string[]> {
  const { access, body, query, proof, batch, codes } = operation;
  const isChange = !/^(GET|OPTIONS) /.test(route);
  const isForm = body !== undefined && !Array.isArray(body);
  const words = [
    OF_ACCESS[access],
    isForm ? FORM : '',
    Array.isArray(body) && access !== 'public' ? 'body_too_large body_cut' : '',
    isChange && !['ingest', 'probe', 'public'].includes(access) ? `${BY_COOKIE} body_too_large body_cut` : '',
    takesIdempotencyKey(route, operation) ? `${REPEATED} invalid_input` : '',
    query || namesProject(route, operation) ? 'invalid_input' : '',
    route.includes(':') ? 'not_found' : '',
    proof ? 'step_up_required' : '',
    batch ? BATCH : '',
    codes ?? '',
    route.startsWith('OPTIONS ') ? '' : 'internal_error store_away',
  ];
  const named = [...new Set(words.join(' ').split(' ').filter(Boolean))].sort();
  const unknown = named.filter((code) => !statuses.has(code));
  if (unknown.length > 0) throw new Error(`${route}: docs/errors.md does not explain ${unknown.join(', ')}`);
  return Map.groupBy(named, (code) => statuses.get(code) ?? 0);
}
