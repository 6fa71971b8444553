import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { sealTrail } from '../../src/trail/seal/job.ts';
import { verifyDaily } from '../../src/trail/verify/verify.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { countingStatements } from '../helpers/worker/counting-database.ts';
import { writeEntries } from '../helpers/worker/trail.ts';

/** How many statements a run may make, with more to do than it takes; src/cron.ts sums them up. */
it('a run of sealing makes at most 75 statements, a run of verifying 45', async () => {
  await sealTrail(testCtx());
  await writeEntries(10_300);
  // A finding of each kind that a run can have at once.
  await env.DB.prepare("INSERT INTO audit_context VALUES (1, 1, 'user', 'usr_x', 'r', '')").run();
  await env.DB.prepare('CREATE TABLE extra (a)').run();
  await env.DB.prepare("UPDATE sqlite_sequence SET seq = seq + 5 WHERE name = 'audit'").run();
  // Above the head, so that what stands there has to be looked through.
  await env.DB.prepare("INSERT INTO audit_checkpoints VALUES (1000000, 'x', 1, 'k1', 'forged')").run();
  const sealing = countingStatements(env.DB);
  expect(await sealTrail(testCtx({ env: { ...env, DB: sealing.db } }))).toMatchObject({ entries: 10_000, findings: 3 });
  expect(sealing.count()).toBeGreaterThan(41);
  expect(sealing.count()).toBeLessThanOrEqual(75);
  const verifying = countingStatements(env.DB);
  expect(await verifyDaily(testCtx({ env: { ...env, DB: verifying.db } }))).toMatchObject({ entries: 8_192 });
  expect(verifying.count()).toBeGreaterThan(32);
  expect(verifying.count()).toBeLessThanOrEqual(45);
});
