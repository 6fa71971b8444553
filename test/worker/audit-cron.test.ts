import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { JOBS, runCron } from '../../src/cron.ts';
import { randomId } from '../../src/shared/ids.ts';
import { createUser, signIn } from '../helpers/worker/accounts.ts';
import { type Answer, callApp } from '../helpers/worker/call-app.ts';
import { enableTotp } from '../helpers/worker/factors.ts';
import { makeFixture } from '../helpers/worker/fixture.ts';
import { logLines } from '../helpers/worker/log-lines.ts';
import { count, fromSeq, noEntryOfAConsole, programWrites } from '../helpers/worker/no-console.ts';

noEntryOfAConsole();

const done = (answer: Answer): Answer => {
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  return answer;
};

it('each job says that it acts, where it finds something to do in every table that it writes', async () => {
  const fixture = await makeFixture();
  const other = await makeFixture();
  const user = await createUser({ role: 'viewer' });
  await enableTotp(await signIn(user));
  const { projectId, userId, keyId, destinationId, sessionId } = fixture;
  const rules = { bots: 'drop', pageRules: ['/u/*'] };
  const admin = await signIn(await createUser({ role: 'admin' }));
  done(await callApp('PUT', `/api/projects/${projectId}/browser`, { as: admin, body: rules }));
  done(await callApp('PUT', `/api/fraud/rules?project=${projectId}`, { as: admin, body: { version: 0, denyAt: 90 } }));
  const review = `/api/fraud/reviews/${fixture.fraudEventId}?project=${projectId}`;
  done(await callApp('POST', review, { as: admin, body: { verdict: 'unsure' } }));
  const set = (sql: string, ...values: unknown[]) =>
    env.DB.prepare(sql)
      .bind(...values)
      .run();
  // As after a crash between a change and its push, and as a year later.
  await set('UPDATE projects SET confirmed_shards = 0 WHERE id = ?1', projectId);
  await set('UPDATE project_keys SET confirmed_shards = 0, revoked_at_ms = 1 WHERE id = ?1', keyId);
  await set('UPDATE sessions SET revoked_at_ms = 1, sockets_told = 0 WHERE id = ?1', sessionId);
  await set('UPDATE browser_rules SET confirmed_version = 0');
  await set('UPDATE fraud_settings SET confirmed_version = 0');
  await set('UPDATE fraud_verdicts SET applied = 0');
  await set(
    `INSERT INTO fraud_verdicts (project_id, event_id, verdict, decided_by, decided_at_ms) VALUES (?1, ?2, 'fraud', 'x', 1)`,
    projectId,
    crypto.randomUUID(),
  );
  await set('UPDATE destinations SET confirmed_version = 0, deleted = (id = ?1)', destinationId);
  await set('UPDATE alert_settings SET confirmed_version = 0');
  await set('UPDATE alert_silences SET from_ms = 1, until_ms = 2 WHERE id = ?1', fixture.silenceId);
  await set(
    `INSERT INTO sessions (id, user_id, created_at_ms, last_seen_at_ms, expires_at_ms, user_agent, address) VALUES (?1, ?2, 1, 1, 1, '', '')`,
    randomId('ses'),
    userId,
  );
  // Archives of the fixtures are rows alone.
  await set(`UPDATE archives SET storage_class = 'InfrequentAccess'`);
  await programWrites();
  const lines = logLines();
  const bindings = { ...env, DATA_SECRETS: `k2:${'y'.repeat(43)},${env.DATA_SECRETS}` };
  for (const cron of Object.keys(JOBS)) await runCron({ cron }, bindings);
  const counts = Object.fromEntries(lines.map(({ job, counts }) => [job, counts]));
  expect(counts).toMatchObject({
    revocations: { keys: 1, projects: 1, failed: 0 },
    ended_sessions: { sessions: 1 },
    sign_in_cleanup: { sessions: 1 },
    factor_reseal: { resealed: 1 },
    alert_cleanup: { silences: 1 },
    fraud_rules: { settings: 1, verdicts: 1, unknownEvents: 1 },
    browser_rules: { told: 1 },
    destinations: { told: 2 },
    destination_reseal: { resealed: 1, failed: 0 },
  });
  expect(await count('SELECT count(*) AS n FROM destinations WHERE id = ?1', destinationId)).toBe(0);
  expect(await count('SELECT count(*) AS n FROM destinations WHERE id = ?1 AND version = 2', other.destinationId)).toBe(
    1,
  );
  const { results } = await env.DB.prepare(
    `SELECT DISTINCT actor_kind, address FROM audit WHERE seq > ?1 AND table_name IS NOT NULL`,
  )
    .bind(fromSeq)
    .all();
  expect(results).toEqual([{ actor_kind: 'system', address: 'cron' }]);
});
