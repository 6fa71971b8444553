import { describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import { JOBS } from '../../src/cron.ts';
import { STREAMS } from '../../src/wire/record.ts';
import type { ApiDocument } from '../helpers/api-contract.ts';
import { createProject, signInAs } from '../helpers/worker/accounts.ts';
import { apiDocument } from '../helpers/worker/api-document.ts';
import { callApp } from '../helpers/worker/call-app.ts';
import { ROUTES, type RouteRule } from '../helpers/worker/route-table.ts';

/** `GET /api/x/:id`, of each operation of the document. */
function routesOf({ paths }: ApiDocument): Map<string, string> {
  return new Map(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]): [string, string] => [
        `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
        operation['x-access'],
      ]),
    ),
  );
}

/** What the table of the deny-path suite says, in the words of the document. */
function accessOf({ access }: RouteRule): string {
  if (access.kind === 'project') return access.action;
  return access.kind === 'role' ? 'admins' : access.kind;
}

describe('the document of the API', () => {
  it('has every route of the Worker, and no other', async () => {
    const routes = createApp().routes.filter(({ method }) => method !== 'ALL');
    const registered = [...new Set(routes.map(({ method, path }) => `${method} ${path}`))];
    expect([...routesOf(await apiDocument()).keys()].sort()).toEqual(registered.sort());
  });

  it('says of each route who may call it, as the table does whose refusals are tried', async () => {
    const documented = routesOf(await apiDocument());
    const table = new Map(ROUTES.map((rule) => [`${rule.method} ${rule.route}`, accessOf(rule)]));
    expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(table));
  });

  it('has of a path that takes a few values those that the Worker knows, and no other', async () => {
    const { paths } = await apiDocument();
    const valuesOf = (path: string) => (name: string) =>
      Object.values(paths[path] ?? {}).map(
        ({ parameters = [] }) => parameters.find((one) => one.name === name)?.schema.enum,
      );
    const jobs = Object.values(JOBS).flatMap((line) => line.map(({ name }) => name));
    expect(valuesOf('/api/jobs/{name}/run')('name')).toEqual([jobs]);
    expect(valuesOf('/api/jobs/{name}/runs')('name')).toEqual([jobs]);
    expect(valuesOf('/api/archives/warehouse/{day}/{stream}')('stream')).toEqual([[...STREAMS]]);

    const as = await signInAs('admin');
    const { id } = await createProject();
    const statusOf = async (dataType: string) =>
      (await callApp('GET', `/api/etl/schemas/${dataType}?project=${id}`, { as })).status;
    const [ofGet = [], ...ofOthers] = valuesOf('/api/etl/schemas/{dataType}')('dataType') as string[][];
    expect(ofOthers).toEqual([ofGet, ofGet]);
    expect(await Promise.all(ofGet.map(statusOf))).toEqual(ofGet.map(() => 200));
    expect(await statusOf('XML')).toBe(400);
  });

  it('is served to anybody, and not twice to who has it', async () => {
    const first = await callApp('GET', '/api/openapi.json');
    expect(first.status).toBe(200);
    expect(first.headers.get('content-type')).toBe('application/json');
    expect(first.headers.get('access-control-allow-origin')).toBe('*');
    expect(first.body).toEqual(await apiDocument());
    const etag = first.headers.get('etag') ?? '';
    expect(etag).not.toBe('');
    expect((await callApp('GET', '/api/openapi.json', { headers: { 'if-none-match': etag } })).status).toBe(304);
  });

  it('is a page too, without a script, that shows every operation', async () => {
    const { status, headers, body } = await callApp('GET', '/api/docs');
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(body).not.toMatch(/<script|\sstyle=|\son\w+=/);
    const { paths } = await apiDocument();
    const ids = Object.values(paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
    expect(ids.filter((id) => !body.includes(`<details id="${id}">`))).toEqual([]);
  });
});
