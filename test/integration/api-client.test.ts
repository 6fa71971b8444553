/** The typed client as somebody gets it: built, type-checked by a program that uses it, and run against a server. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_DIR, toolPath } from '../../scripts/lib/run.ts';
import { buildClientPackage } from '../../scripts/openapi/client-package.ts';
import { newProject } from '../faults/project.ts';
import { temporaryFolder } from '../helpers/node/temporary.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';

const folder = temporaryFolder('api-client');
const packages = path.join(folder, 'node_modules');

/** A program that goes in and out by the client: it sends a record, finds it, and is refused as the types say. */
const PROGRAM = `
import { createApiClient, type Problem } from '@breakwater/api';
const [url, key] = process.argv.slice(2);
const client = createApiClient({ url: url ?? '', key: key ?? '' });
const sent = await client.POST('/api/ingest', { body: { message: 'by the typed client' } });
const found = await client.GET('/api/query/logs', { params: { query: { q: 'typed', limit: 10 } } });
const messages: string[] = (found.data?.records ?? []).map((record) => record.message);
const missing = await client.GET('/api/query/logs/context/{id}', { params: { path: { id: 'none' } } });
const problem: Problem | undefined = missing.error;
const stored: number | undefined = sent.data?.stored;
console.log(JSON.stringify({ stored, messages, code: problem?.code }));
`;

const WRONG = `
import { createApiClient } from '@breakwater/api';
const client = createApiClient({ url: 'https://t.example', key: 'bw_x' });
// @ts-expect-error there is no such route
client.GET('/api/nothing');
// @ts-expect-error no such method of it
client.DELETE('/api/query/logs');
// @ts-expect-error it is a number
client.GET('/api/query/logs', { params: { query: { limit: 'ten' } } });
// @ts-expect-error the id is missing
client.GET('/api/jobs/{name}/runs');
client.GET('/api/jobs/{name}/runs', { params: { path: { name: 'archive' } } });
// @ts-expect-error no such job
client.GET('/api/jobs/{name}/runs', { params: { path: { name: 'archives' } } });
// @ts-expect-error no such kind of data
client.GET('/api/etl/schemas/{dataType}', { params: { path: { dataType: 'XML' } } });
// @ts-expect-error a rule has a condition
client.POST('/api/alerts/rules', { body: { name: 'a rule' } });
const { data } = await client.GET('/api/jobs');
// @ts-expect-error no such field of a job
console.log(data?.items[0]?.owner);
`;

function typeCheck(file: string): string {
  const options = ['--strict', '--module', 'nodenext', '--target', 'es2024', '--lib', 'es2024,dom', '--types', 'node'];
  const args = [toolPath('tsc'), '--noEmit', '--skipLibCheck', 'false', ...options, file];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  return stdout + stderr;
}

let worker: StartedWorkerd;

beforeAll(async () => {
  mkdirSync(path.join(packages, '@breakwater'), { recursive: true });
  await buildClientPackage(path.join(packages, '@breakwater/api'));
  cpSync(path.join(PROJECT_DIR, 'node_modules/openapi-fetch'), path.join(packages, 'openapi-fetch'), {
    recursive: true,
  });
  for (const name of ['openapi-typescript-helpers', '@types', 'undici-types'])
    symlinkSync(path.join(PROJECT_DIR, 'node_modules', name), path.join(packages, name));
  writeFileSync(path.join(folder, 'package.json'), '{"type":"module","private":true}');
  writeFileSync(path.join(folder, 'program.ts'), PROGRAM);
  writeFileSync(path.join(folder, 'wrong.ts'), WRONG);
  worker = await startWorkerd();
});

afterAll(() => worker.stop());

describe('the typed client', () => {
  it('lets a right program through the compiler', () => {
    expect(typeCheck('program.ts')).toBe('');
  });

  it('has the compiler refuse wrong routes, methods, parameters, bodies and fields', () => {
    expect(typeCheck('wrong.ts')).toBe('');
  });

  it('talks to a server', async () => {
    const project = await newProject(await worker.signIn());
    const { stdout, stderr } = spawnSync(process.execPath, ['program.ts', worker.url, project.key], {
      ...{ cwd: folder, encoding: 'utf8' },
    });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({ stored: 1, messages: ['by the typed client'], code: 'not_found' });
  });
});
