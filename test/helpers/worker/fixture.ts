import { env } from 'cloudflare:workers';
import { gzipSync } from 'node:zlib';
import { createHold } from '../../../src/archive/registers/holds.ts';
import { holdsOf } from '../../../src/compliance/deletions/store/hold-store.ts';
import { sampleEvent } from '../../../src/delivery/body/sample-event.ts';
import { createDestinationSchema } from '../../../src/delivery/destinations/definition/schema.ts';
import { createDestination } from '../../../src/delivery/destinations/verbs/create.ts';
import { destinationOf } from '../../../src/delivery/index.ts';
import { groupsOf } from '../../../src/errors/index.ts';
import { saveSearch } from '../../../src/query/saved-searches.ts';
import { dayOf } from '../../../src/shared/calendar.ts';
import { randomId } from '../../../src/shared/ids.ts';
import { createKey, createProject, signInAs } from './accounts.ts';
import { makeAlerts } from './alert-fixture.ts';
import { openBreach, writeTemplate } from './breaches.ts';
import { callApp, ORIGIN } from './call-app.ts';
import { testCtx } from './context.ts';
import { askDeletion } from './deletions.ts';
import { everyRecord } from './journal.ts';
import { put } from './query.ts';
import type { Fixture } from './route-table.ts';

let warehouseFiles = 0;

/** A project with a key, and a user with an open session. */
export async function makeFixture(): Promise<Fixture> {
  const [project, session] = [await createProject(), await signInAs('viewer')];
  const { id } = await createKey(project.id, ['ingest']);
  const traceId = crypto.randomUUID().replaceAll('-', '');
  await put(project.id, [{ message: 'a record', traceId }]);
  const [record] = await everyRecord(project.id);
  const search = await saveSearch(testCtx(), project.id, { name: 'a search', q: '' });
  const { key } = await createKey(project.id, ['ingest']);
  const job = await callApp('POST', '/api/etl/start', {
    key,
    body: { dataType: 'JSON', payload: [{ message: 'taken' }, { level: {} }] },
  });
  const event = await callApp('POST', '/api/fraud/event', { key, body: { userId: 'u1', eventType: 'payment' } });
  await put(project.id, [
    { stream: 'errors', message: 'an error', sessionId: `visit-${project.id}`, attrs: { fingerprint: project.id } },
  ]);
  const fingerprint = groupsOf(await everyRecord(project.id))[0]?.fingerprint ?? '';
  const { destinationId, deliveryId } = await makeDestination(project);
  const deletionId = await askDeletion(project.id, { userIds: ['u-fixture'], graceDays: 7 });
  const holdId = (await holdsOf(env.DB, [deletionId])).get(deletionId)?.[0]?.id ?? '';
  const breachId = await openBreach(project.id);
  const warehouseDay = await putWarehouseFile(project.id);
  const templateId = await writeTemplate();
  const findingId = await putFinding();
  return {
    findingId,
    warehouseDay,
    breachId,
    templateId,
    deletionId,
    deletionHoldId: holdId,
    destinationId,
    deliveryId,
    projectId: project.id,
    keyId: id,
    userId: session.userId,
    sessionId: session.sessionId,
    recordId: record?.id ?? '',
    traceId,
    searchId: search.ok ? search.value.id : '',
    jobId: job.body.jobId,
    fraudEventId: event.body.eventId,
    fingerprint,
    visitId: `visit-${project.id}`,
    ...(await makeAlerts(project.id)),
    ...(await makeArchive(project.id)),
  };
}

/** The file that the routes of the table ask for, of a day that no other project has one of: its bytes are of no interest to them. */
async function putWarehouseFile(projectId: string): Promise<string> {
  const day = dayOf(Date.UTC(1970, 0, 1 + ++warehouseFiles));
  const key = `warehouse/${projectId}/date=${day}/logs.parquet`;
  await env.STORE.put(key, 'PAR1');
  await env.DB.prepare(
    `INSERT INTO warehouse_files (project_id, day, stream, object_key, records, bytes, sources, written_at_ms)
     VALUES (?1, ?3, 'logs', ?2, 1, 4, '', 0)`,
  )
    .bind(projectId, key, day)
    .run();
  return day;
}

/** Something that a check of the trail has found. */
async function putFinding(): Promise<string> {
  const id = randomId('fnd');
  await env.DB.prepare(
    `INSERT INTO audit_findings (id, kind, seq, detail, found_at_ms) VALUES (?1, 'schema', NULL, 'A view was added.', 0)`,
  )
    .bind(id)
    .run();
  return id;
}

/** A destination that is disabled, so that nothing is sent, with a delivery that waits. */
async function makeDestination({ id: projectId, name }: { id: string; name: string }) {
  const ctx = testCtx();
  const place = { projectId, projectName: name, origin: ORIGIN };
  const input = createDestinationSchema.parse({ name: 'receiver', url: 'https://receiver.example/', disabled: true });
  const made = await createDestination(ctx, (_, id) => destinationOf(env, id), place, input);
  if (!made.ok) throw new Error(made.error.kind);
  const event = sampleEvent({ ...place, nowMs: ctx.nowMs });
  await destinationOf(env, made.value.id).enqueue([event]);
  return { destinationId: made.value.id, deliveryId: `${made.value.id}-${event.id}` };
}

/** An archive of one object, of which the index has no block, and a hold that somebody set. */
async function makeArchive(projectId: string): Promise<{ archiveId: string; holdId: string }> {
  const ctx = testCtx();
  const [archiveId, key] = [randomId('arc'), `archive/${projectId}/2020/01/01/batch-0001.ndjson.gz`];
  await env.STORE.put(key, gzipSync('{}\n'));
  await env.DB.prepare(
    `INSERT INTO archives (id, project_id, day, number, stream, state, object_key, blocks, records, raw_bytes, packed_bytes, min_ts, max_ts, sha256,
       storage_class, created_at_ms, manifest_sequence, sources) VALUES (?1, ?2, '2020-01-01', 1, 'logs', 'current', ?3, 1, 1, 3, 23, 0, 0, '', 'Standard', 0, 1, '[]')`,
  )
    .bind(archiveId, projectId, key)
    .run();
  const hold = await createHold(ctx, projectId, { stream: null, fromMs: 0, toMs: null, reason: 'a case' });
  if (!hold.ok) throw new Error(hold.error.kind);
  return { archiveId, holdId: hold.value.id };
}
