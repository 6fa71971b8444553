import type { Client } from '../client.ts';
import { CliError, EXIT } from '../exit.ts';
import { mayAdminister, mayQuery, maySend } from '../key-claims.ts';
import { keyStanding } from '../key-standing.ts';
import { spanWords } from '../time.ts';
import { type Finding, fail, fine, skipped, warn } from './finding.ts';

/** Records may be dated a day ahead (src/wire/limits.ts); searches of "the last hour" go wrong long before. */
const SKEW_WARN_MS = 60_000;
const SKEW_FAIL_MS = 86_400_000;

/** Whether the key is taken, and what can be done with it. */
export async function lookAtKey(client: Client): Promise<Finding[]> {
  try {
    const { claims, project } = await keyStanding(client);
    const named = `project ${project ?? claims.projectId}, ${claims.scopes.join(', ')}`;
    if (claims.origins !== null) {
      const detail = `${named}: a browser key, which takes records of ${claims.origins.join(', ')} alone`;
      return [warn('key', detail, 'For this command make one without origins.')];
    }
    const lacks = [
      ...(maySend(claims) ? [] : ['send (ingest)']),
      ...(mayQuery(claims) ? [] : ['tail, query (query)']),
      ...(mayAdminister(claims) ? [] : ['keys, archive verify and restore, deliveries replay (admin)']),
    ];
    const cannot = lacks.length > 0 ? `; not for ${lacks.join('; ')}` : '';
    return [fine('key', `${named}${cannot}`)];
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return [fail('key', error.message, error.details.hint ?? 'Log in again.', EXIT.notAllowed)];
  }
}

/** How far the clock of this machine is from that of the deployment, by which records are judged. */
export async function lookAtClock(client: Client): Promise<Finding> {
  const sentMs = Date.now();
  const serverMs = await serverClock(client);
  if (serverMs === null) return skipped('clock', 'the deployment tells its time to keys with the scope query alone');
  // The answer left half-way through the wait, as far as anybody knows.
  const skewMs = Math.round((sentMs + Date.now()) / 2 - serverMs);
  const words = `${spanWords(Math.abs(skewMs))} ${skewMs > 0 ? 'ahead of' : 'behind'} the deployment`;
  const fix = 'Set the clock of this machine (NTP). Programs that send have to have the right time as well.';
  if (Math.abs(skewMs) > SKEW_FAIL_MS)
    return fail('clock', `${words}: its records would be refused or out of place`, fix);
  if (Math.abs(skewMs) > SKEW_WARN_MS) return warn('clock', words, fix);
  return fine('clock', `within ${spanWords(Math.max(1_000, Math.abs(skewMs)))} of the deployment's`);
}

async function serverClock(client: Client): Promise<number | null> {
  if (mayQuery(client.claims)) {
    const { atMs } = await client.get<{ atMs: number }>('/api/health/pulse', { project: client.projectId });
    return atMs;
  }
  const answer = await client.try('GET', '/health');
  await answer.body?.cancel();
  const date = answer.headers.get('date');
  return date === null ? null : Date.parse(date);
}
