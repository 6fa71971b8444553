// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the templates of `derive` look like that
import { beforeEach, describe, expect, it } from 'vitest';
import { createKey, createProject, signInAs } from '../helpers/worker/accounts.ts';
import { type Answer, callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { auditOf } from '../helpers/worker/context.ts';
import { everyRecord } from '../helpers/worker/journal.ts';

let projectId: string;
let admin: SignedIn;
let key: string;

beforeEach(async () => {
  projectId = (await createProject()).id;
  admin = await signInAs('admin');
  ({ key } = await createKey(projectId, ['ingest']));
});

const save = (schema: unknown, dataType = 'JSON', method = 'PUT') =>
  callApp(method, `/api/etl/schemas/${dataType}?project=${projectId}`, { as: admin, body: schema });
const get = (path: string, options: object = { as: admin }): Promise<Answer> =>
  callApp('GET', `${path}${path.includes('?') ? '&' : '?'}project=${projectId}`, options);
const start = (body: object, headers: Record<string, string> = {}) =>
  callApp('POST', '/api/etl/start', { key, body: { dataType: 'JSON', ...body }, headers });
const dryRun = (body: object) =>
  callApp('POST', '/api/etl/dry-run', { as: admin, body: { dataType: 'JSON', project: projectId, ...body } });

const TO_LEVEL = { transformations: [{ type: 'rename', from: 'grade', to: 'level' }] };
const TO_NUMBER = { transformations: [{ type: 'cast', field: 'attrs.ms', to: 'integer', label: 'milliseconds' }] };

describe('a schema', () => {
  it('gets the next version each time, and none when it says the same', async () => {
    const first = await save(TO_LEVEL);
    expect([first.status, first.body.version]).toEqual([201, 1]);
    expect(first.body).toMatchObject({ dataType: 'JSON', createdBy: admin.userId, schema: { unknownFields: 'keep' } });
    expect([(await save(TO_LEVEL)).status, (await save(TO_LEVEL)).body.version]).toEqual([200, 1]);
    expect([(await save(TO_NUMBER, 'json', 'POST')).body.version, (await save(TO_LEVEL)).body.version]).toEqual([2, 3]);
    expect((await save(TO_LEVEL, 'YAML')).body.version).toBe(1);
    const { items } = (await get('/api/etl/schemas')).body;
    expect(items.map(({ dataType, version }: { dataType: string; version: number }) => [dataType, version])).toEqual([
      ['JSON', 3],
      ['YAML', 1],
    ]);
    const page = (await get('/api/etl/schemas/JSON?limit=2')).body;
    expect(page.items.map(({ version }: { version: number }) => version)).toEqual([1, 2]);
    const rest = (await get(`/api/etl/schemas/JSON?limit=2&cursor=${page.nextCursor}`)).body;
    expect([rest.items[0].version, rest.nextCursor]).toEqual([3, null]);
  });

  it('leaves an audit row for each version, and for nothing else', async () => {
    await save(TO_LEVEL);
    await save(TO_LEVEL);
    await save({ transformations: [{ type: 'mask', field: 'userId', how: 'hash' }] });
    expect(await auditOf(`${projectId}/JSON`)).toMatchObject([
      { action: 'etl_schema.create', project_id: projectId, actor_id: admin.userId, detail: { version: 1 } },
      { action: 'etl_schema.create', detail: { dataType: 'JSON', version: 2, transformations: 1, fields: 0 } },
    ]);
  });

  it('saved by many at once gets every version once', async () => {
    const all = await Promise.all(
      [1, 2, 3].map((max) => save({ fields: [{ field: 'message', maxLength: max }] }, 'TELEMETRY')),
    );
    expect(all.map(({ body }) => body.version).sort()).toEqual([1, 2, 3]);
  });

  it('that is wrong is refused with its place', async () => {
    const refused = await save({ transformations: [{ type: 'cast', field: 'a', to: 'date' }] });
    expect(refused.status).toBe(400);
    expect(refused.body.errors[0].pointer).toBe('/transformations/0/to');
    expect((await save(TO_LEVEL, 'XML')).body.errors[0].pointer).toBe('/dataType');
    expect(await auditOf(`${projectId}/JSON`)).toEqual([]);
  });
});

describe('a start', () => {
  it('uses the newest version, the one that it names, or none', async () => {
    await save(TO_LEVEL);
    await save(TO_NUMBER);
    const payload = { grade: 'warn', attrs: { ms: '12' } };
    expect((await start({ payload })).body.schemaVersion).toBe(2);
    expect((await start({ payload, schemaVersion: 1 })).body.schemaVersion).toBe(1);
    expect((await start({ payload, schemaVersion: 0 })).body.schemaVersion).toBe(0);
    expect((await everyRecord(projectId)).map(({ level, attrs }) => [level, attrs])).toEqual([
      ['info', { ms: 12, grade: 'warn' }],
      ['warn', { ms: '12' }],
      ['info', { ms: '12', grade: 'warn' }],
    ]);
    const missing = await start({ payload, schemaVersion: 9 });
    expect([missing.status, missing.body.code]).toEqual([404, 'schema_not_found']);
  });

  it('of a repeat keeps to the version that it began with', async () => {
    await save(TO_LEVEL);
    const headers = { 'idempotency-key': 'k' };
    const payload = { grade: 'warn' };
    expect((await start({ payload }, headers)).body).toMatchObject({ schemaVersion: 1, stored: 1 });
    await save(TO_NUMBER);
    const again = await start({ payload }, headers);
    expect(again.body).toMatchObject({ schemaVersion: 1, stored: 1, duplicate: 0 });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect((await start({ payload, schemaVersion: 2 }, headers)).body.code).toBe('idempotency_key_reused');
  });

  it('counts each step and lists what was rejected where', async () => {
    await save({
      transformations: [
        { type: 'cast', field: 'attrs.ms', to: 'integer', label: 'milliseconds' },
        { type: 'derive', field: 'message', template: '${what} took ${attrs.ms}' },
      ],
      fields: [{ field: 'what', required: true, oneOf: ['pay', 'refund'] }],
      unknownFields: 'reject',
    });
    const payload = [
      { what: 'pay', attrs: { ms: '7' } },
      { what: 'pay', attrs: { ms: 'long' } },
      { what: 'pay', colour: 'red' },
      { what: 'dance' },
      { what: 'pay', level: {} },
      { what: 'refund' },
    ];
    const { status, body } = await start({ payload });
    expect(status).toBe(202);
    expect(body).toMatchObject({ received: 6, stored: 2, duplicate: 0, rejected: 4, rejectsKept: 4 });
    expect(body.errors).toEqual([
      { index: 1, pointer: '/attrs/ms', reason: 'cannot be read as integer' },
      { index: 2, pointer: '/colour', reason: 'is not in the schema' },
      { index: 3, pointer: '/what', reason: 'is none of the values allowed' },
      { index: 4, pointer: '/level', reason: 'must be a string or a number' },
    ]);
    const steps = body.steps.map((step: { name: string; in: number; out: number; rejected: number }) => [
      ...[step.name, step.in, step.out, step.rejected],
    ]);
    expect(steps).toEqual([
      ['extract', 6, 6, 0],
      ['transform', 6, 5, 1],
      ['load', 5, 4, 1],
      ['validate', 4, 2, 2],
    ]);
    expect((await everyRecord(projectId)).map(({ message }) => message)).toEqual(['pay took 7', 'refund took ']);
  });

  it('of which nothing is usable answers 400 with the counts', async () => {
    const { status, body } = await start({ payload: [{ level: {} }, 7] });
    expect([status, body.code, body.received, body.rejected]).toEqual([400, 'all_rejected', 2, 2]);
    const { items } = (await get('/api/etl/jobs')).body;
    expect(items).toMatchObject([{ state: 'done', rejected: 2, rejectsKept: 2 }]);
  });
});

describe('a dry run', () => {
  it('shows each record before and after, and stores and counts nothing', async () => {
    await save(TO_NUMBER);
    const payload = [{ attrs: { ms: '7' } }, { attrs: { ms: 'x' } }, 5];
    const { status, body } = await dryRun({ payload });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      schemaVersion: 1,
      truncated: false,
      records: [
        { before: { attrs: { ms: '7' } }, after: { level: 'info', service: 'unknown', attrs: { ms: 7 } } },
        {
          before: { attrs: { ms: 'x' } },
          reason: 'cannot be read as integer',
          pointer: '/attrs/ms',
          transformation: { index: 0, name: 'milliseconds' },
        },
        { before: 5, reason: 'a record must be an object', pointer: '' },
      ],
    });
    expect(body.records[0].after).not.toHaveProperty('id');
    expect(await everyRecord(projectId)).toEqual([]);
    expect((await get('/api/etl/jobs')).body.items).toEqual([]);
    expect((await get(`/api/projects/${projectId}/ledger`)).body).toMatchObject({ received: 0, refused: 0 });
  });

  it('tries a schema that is not saved, on the first hundred', async () => {
    const schema = { transformations: [{ type: 'mask', field: 'userId', how: 'fixed' }] };
    const payload = Array.from({ length: 101 }, () => ({ userId: 'u1' }));
    const { body } = await dryRun({ payload, schema });
    expect([body.records.length, body.truncated, body.schemaVersion]).toEqual([100, true, null]);
    expect(body.records[0].after.userId).toBe('***');
    const wrong = await dryRun({ payload, schema: { transformations: [{ type: 'drop' }] } });
    expect(wrong.body.errors[0].pointer).toBe('/schema/transformations/0/field');
  });

  it('is also what a start with dryRun does', async () => {
    const dry = { dataType: 'JSON', payload: { message: 'm' }, dryRun: true, project: projectId };
    const { status, body } = await callApp('POST', '/api/etl/start', { as: admin, body: dry });
    expect([status, body.records[0].after.message]).toEqual([200, 'm']);
    const byKey = await callApp('POST', '/api/etl/start', { key, body: dry });
    expect([byKey.status, byKey.body.code]).toEqual([403, 'forbidden']);
    expect(await everyRecord(projectId)).toEqual([]);
  });
});
