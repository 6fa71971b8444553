import { env } from 'cloudflare:workers';
import { gzipSync } from 'node:zlib';
import { createHold } from '../../../src/archive/registers/holds.ts';
import { holdsOf } from '../../../src/compliance/deletions/store/hold-store.ts';
import { sampleEvent } from '../../../src/delivery/body/sample-event.ts';
import { createDestinationSchema } from '../../../src/delivery/destinations/definition/schema.ts';
import { createDestination } from '../../../src/delivery/destinations/verbs/create.ts';
import { destinationOf } from '../../../src/delivery/index.ts';
import { groupsOf } from '../../../src/errors/index.ts';
import type { Project } from '../../../src/projects/index.ts';
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
import type { Fixture, RouteRule } from './route-table.ts';

let warehouseFiles = 0;

type Names = readonly (keyof Fixture)[];

/** What is made together, by the ids that it gives: the records of a project cost a hundred times its name. */
const PARTS: readonly { gives: Names; make: (project: Project) => Promise<Partial<Fixture>> }[] = [
  { gives: ['keyId'], make: async ({ id }) => ({ keyId: (await createKey(id, ['ingest'])).id }) },
  { gives: ['userId', 'sessionId'], make: makeSession },
  { gives: ['recordId', 'traceId'], make: makeRecord },
  { gives: ['searchId'], make: makeSearch },
  { gives: ['jobId'], make: runEtl },
  { gives: ['fraudEventId'], make: sendFraudEvent },
  { gives: ['fingerprint', 'visitId'], make: makeError },
  { gives: ['destinationId', 'deliveryId'], make: makeDestination },
  { gives: ['ruleId', 'silenceId', 'firingId'], make: ({ id }) => makeAlerts(id) },
  { gives: ['archiveId', 'holdId'], make: ({ id }) => makeArchive(id) },
  { gives: ['warehouseDay'], make: async ({ id }) => ({ warehouseDay: await putWarehouseFile(id) }) },
  { gives: ['deletionId', 'deletionHoldId'], make: makeDeletion },
  { gives: ['breachId'], make: async ({ id }) => ({ breachId: await openBreach(id) }) },
  { gives: ['templateId'], make: async () => ({ templateId: await writeTemplate() }) },
  { gives: ['findingId'], make: async () => ({ findingId: await putFinding() }) },
];

/** A project with everything that the table of routes names, or with what gives these ids. */
export async function makeFixture(names?: Names): Promise<Fixture> {
  const project = await createProject();
  const fixture: Partial<Fixture> = { projectId: project.id };
  for (const { gives, make } of PARTS)
    if (names === undefined || gives.some((name) => names.includes(name))) Object.assign(fixture, await make(project));
  return fixture as Fixture;
}

/** With what this route names in its address and its body, and no more. */
export function makeFixtureFor({ url, body }: Pick<RouteRule, 'url' | 'body'>): Promise<Fixture> {
  const named = new Set<string | symbol>();
  const asked = new Proxy({} as Fixture, {
    get(_, name) {
      named.add(name);
      return String(name);
    },
  });
  url?.(asked);
  body?.(asked);
  return makeFixture([...named] as (keyof Fixture)[]);
}

async function makeSession(): Promise<Pick<Fixture, 'userId' | 'sessionId'>> {
  const { userId, sessionId } = await signInAs('viewer');
  return { userId, sessionId };
}

async function makeRecord({ id }: Project): Promise<Pick<Fixture, 'recordId' | 'traceId'>> {
  const traceId = crypto.randomUUID().replaceAll('-', '');
  await put(id, [{ message: 'a record', traceId }]);
  const record = (await everyRecord(id)).find((stored) => stored.traceId === traceId);
  return { recordId: record?.id ?? '', traceId };
}

async function makeSearch({ id }: Project): Promise<Pick<Fixture, 'searchId'>> {
  const search = await saveSearch(testCtx(), id, { name: 'a search', q: '' });
  return { searchId: search.ok ? search.value.id : '' };
}

async function runEtl({ id }: Project): Promise<Pick<Fixture, 'jobId'>> {
  const { key } = await createKey(id, ['ingest']);
  const payload = [{ message: 'taken' }, { level: {} }];
  return { jobId: (await callApp('POST', '/api/etl/start', { key, body: { dataType: 'JSON', payload } })).body.jobId };
}

async function sendFraudEvent({ id }: Project): Promise<Pick<Fixture, 'fraudEventId'>> {
  const { key } = await createKey(id, ['ingest']);
  const event = await callApp('POST', '/api/fraud/event', { key, body: { userId: 'u1', eventType: 'payment' } });
  return { fraudEventId: event.body.eventId };
}

async function makeError({ id }: Project): Promise<Pick<Fixture, 'fingerprint' | 'visitId'>> {
  const visitId = `visit-${id}`;
  await put(id, [{ stream: 'errors', message: 'an error', sessionId: visitId, attrs: { fingerprint: id } }]);
  return { fingerprint: groupsOf(await everyRecord(id))[0]?.fingerprint ?? '', visitId };
}

async function makeDeletion({ id }: Project): Promise<Pick<Fixture, 'deletionId' | 'deletionHoldId'>> {
  const deletionId = await askDeletion(id, { userIds: ['u-fixture'], graceDays: 7 });
  return { deletionId, deletionHoldId: (await holdsOf(env.DB, [deletionId])).get(deletionId)?.[0]?.id ?? '' };
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
async function makeDestination({ id: projectId, name }: Project) {
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
