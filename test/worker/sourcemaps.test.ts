import { env } from 'cloudflare:workers';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { MAX_MAPS_PER_RELEASE, MAX_RELEASES_WITH_MAPS } from '../../src/sourcemaps/limits.ts';
import type { ErrorGroupDetail, Occurrence } from '../../src/wire/error-groups.ts';
import { signInAs } from '../helpers/worker/accounts.ts';
import { type Answer, callApp } from '../helpers/worker/call-app.ts';
import { auditOf } from '../helpers/worker/context.ts';
import { projectWithKey, put, seal } from '../helpers/worker/query.ts';

const MAP = {
  version: 3,
  sources: ['src/pay.ts'],
  sourcesContent: ['const a = 1;\nexport function pay() {\n  throw new Error("off");\n}\n'],
  names: ['pay'],
  // Column 10 of line 1 is line 3, column 9 of src/pay.ts, called pay.
  mappings: 'UAEQA',
};

const streamOf = (bytes: Uint8Array) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
const upload = (id: string, key: string, query: string, body: unknown = MAP, headers = {}): Promise<Answer> =>
  callApp('PUT', `/api/projects/${id}/sourcemaps?${query}`, { key, body, headers });
const listed = async (id: string, key: string, query = '') =>
  (await callApp('GET', `/api/projects/${id}/sourcemaps?${query}`, { key })).body;

/** The newest occurrence of the one error of a project. */
async function occurrence(key: string): Promise<Occurrence> {
  const { body } = await callApp('GET', '/api/query/errors', { key });
  const { body: detail }: { body: ErrorGroupDetail } = await callApp(
    'GET',
    `/api/query/errors/${body.items[0].fingerprint}`,
    { key },
  );
  return detail.occurrences.items[0] as Occurrence;
}

const thrown = (release: string | null, file = 'https://a.example/js/app.js') => ({
  ...{ stream: 'errors', type: 'Error', message: 'off' },
  attrs: { stack: `Error: off\n    at a (${file}:1:11)`, labels: release === null ? {} : { release } },
});

describe('source maps', () => {
  it('are stored by a key for pipelines, told of in the audit, listed with their sizes, and overwritten by a repeat', async () => {
    const { id, key } = await projectWithKey(['admin', 'query']);
    const answer = await upload(id, key, 'release=m1&file=https://a.example/js/app.js.map');
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      release: 'm1',
      file: 'js/app.js',
      bytes: JSON.stringify(MAP).length,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    await upload(id, key, 'release=m1&file=js/app.js', { ...MAP, names: ['pay', 'more'] });
    await upload(id, key, 'release=m0&file=b.js');
    expect(
      (await listed(id, key)).items.map(({ release, file }: { release: string; file: string }) => [release, file]),
    ).toEqual([
      ['m0', 'b.js'],
      ['m1', 'js/app.js'],
    ]);
    expect((await listed(id, key, 'release=m1')).items).toHaveLength(1);
    const page = await listed(id, key, 'limit=1');
    expect((await listed(id, key, `limit=1&cursor=${page.nextCursor}`)).items[0].release).toBe('m1');
    expect((await auditOf('m1')).map(({ action, detail }) => [action, detail.file])).toEqual([
      ['source_map.upload', 'js/app.js'],
      ['source_map.upload', 'js/app.js'],
    ]);
  });

  it('may be packed, and may name their file themselves', async () => {
    const { id, key } = await projectWithKey(['admin']);
    const packed = gzipSync(JSON.stringify({ ...MAP, file: 'app.js' }));
    const body = streamOf(packed);
    const answer = await upload(id, key, 'release=1', body, { 'content-encoding': 'gzip' });
    expect([answer.status, answer.body.file]).toEqual([201, 'app.js']);
  });

  it('larger than a form are taken from people too, and refused over their limit', async () => {
    const { id, key } = await projectWithKey(['admin']);
    const as = await signInAs('analyst', [id]);
    const large = { ...MAP, sourcesContent: ['x'.repeat(300_000)] };
    const answer = await callApp('PUT', `/api/projects/${id}/sourcemaps?release=1&file=a.js`, {
      as,
      body: large,
      headers: { 'idempotency-key': 'k' },
    });
    expect([answer.status, answer.body.bytes > 300_000]).toEqual([201, true]);
    const bomb = gzipSync(Buffer.alloc(17 * 1024 * 1024, 32));
    const body = streamOf(bomb);
    const refused = await upload(id, key, 'release=1&file=b.js', body, { 'content-encoding': 'gzip' });
    expect([refused.status, refused.body.code]).toEqual([413, 'source_map_too_large']);
    expect((await listed(id, key)).items).toHaveLength(1);
  });

  it('that cannot be applied are refused, with what is wrong', async () => {
    const { id, key } = await projectWithKey(['admin']);
    const refusal = async (query: string, body: unknown = MAP, headers = {}) => {
      const answer = await upload(id, key, query, body, headers);
      return [answer.status, answer.body.code, answer.body.errors?.[0]?.pointer];
    };
    expect(await refusal('release=1&file=a.js', { ...MAP, version: 2 })).toEqual([
      422,
      'source_map_invalid',
      '/version',
    ]);
    expect(await refusal('release=1&file=a.js', { ...MAP, sections: [] })).toEqual([
      422,
      'source_map_invalid',
      '/sections',
    ]);
    expect(await refusal('release=1&file=a.js', { ...MAP, mappings: 'CCCC' })).toEqual([
      422,
      'source_map_invalid',
      '/mappings',
    ]);
    expect(await refusal('release=1&file=a.js', 'no map')).toEqual([422, 'source_map_invalid', '']);
    expect(await refusal('file=a.js')).toEqual([400, 'invalid_input', '/release']);
    expect(await refusal('release=1')).toEqual([400, 'invalid_input', '/file']);
    expect(await refusal('release=1&file=a.js', 'x', { 'content-encoding': 'gzip' })).toEqual([
      400,
      'encoding_broken',
      undefined,
    ]);
    expect((await callApp('DELETE', `/api/projects/${id}/sourcemaps`, { key })).body.errors[0].pointer).toBe(
      '/release',
    );
    expect((await listed(id, key)).items).toEqual([]);
  });

  it('are deleted by release, also what an upload left behind that did not get to its row', async () => {
    const { id, key } = await projectWithKey(['admin']);
    await upload(id, key, 'release=d1&file=a.js');
    await upload(id, key, 'release=d1&file=b.js');
    await upload(id, key, 'release=d2&file=a.js');
    const keysOf = async () =>
      (await env.STORE.list({ prefix: `sourcemaps/${id}/` })).objects.map((object) => object.key);
    expect(await keysOf()).toHaveLength(3);
    await env.DB.prepare("DELETE FROM source_maps WHERE project_id = ?1 AND file = 'b.js'").bind(id).run();
    const answer = await callApp('DELETE', `/api/projects/${id}/sourcemaps?release=d1`, { key });
    expect([answer.status, answer.body]).toEqual([200, { deleted: 1 }]);
    expect(await keysOf()).toHaveLength(1);
    expect((await auditOf('d1')).at(-1)).toMatchObject({ action: 'source_map.delete', detail: { reason: 'asked' } });
  });

  it('of the oldest releases make room for new ones, and a release has a limit of files', async () => {
    const { id, key } = await projectWithKey(['admin']);
    await upload(id, key, 'release=oldest&file=a.js');
    const many = Array.from({ length: MAX_RELEASES_WITH_MAPS - 1 }, (_, i) => [`r${i}`, 'a.js']);
    const full = Array.from({ length: MAX_MAPS_PER_RELEASE - 1 }, (_, i) => ['r0', `f${i}.js`]);
    await env.DB.prepare(
      `INSERT INTO source_maps (project_id, release, file, bytes, packed_bytes, sha256, uploaded_at_ms, uploaded_by)
       SELECT ?1, value->>0, value->>1, 1, 1, '', ?2, '' FROM json_each(?3)`,
    )
      .bind(id, Date.now() + 1, JSON.stringify([...many, ...full]))
      .run();
    const refused = await upload(id, key, 'release=r0&file=new.js');
    expect([refused.status, refused.body.code]).toEqual([409, 'too_many_source_maps']);
    expect((await upload(id, key, 'release=r0&file=a.js')).status).toBe(201);
    expect((await listed(id, key, 'release=oldest')).items).toHaveLength(1);
    await upload(id, key, 'release=newest&file=a.js');
    expect((await listed(id, key, 'release=oldest')).items).toEqual([]);
    expect((await listed(id, key, 'release=newest')).items).toHaveLength(1);
    expect((await auditOf('oldest')).at(-1)).toMatchObject({
      action: 'source_map.delete',
      detail: { reason: 'retention' },
    });
  });
});

describe('an occurrence', () => {
  it('shows where its frames are in the source, by the map of its release', async () => {
    const { id, key } = await projectWithKey(['admin', 'query']);
    await upload(id, key, 'release=1&file=js/app.js');
    await put(id, [thrown('1')]);
    await seal(id);
    const { frames, maps } = await occurrence(key);
    expect(maps).toEqual({ found: 1, missing: 0, broken: 0 });
    expect(frames[0]).toMatchObject({ function: 'a', line: 1, column: 11 });
    expect(frames[0]?.original).toEqual({
      ...{ function: 'pay', file: 'src/pay.ts', line: 3, column: 9 },
      context: [
        { line: 1, text: 'const a = 1;' },
        { line: 2, text: 'export function pay() {' },
        { line: 3, text: '  throw new Error("off");' },
        { line: 4, text: '}' },
        { line: 5, text: '' },
      ],
    });
  });

  it('is found its map by the longest path, then by the name alone', async () => {
    const { id, key } = await projectWithKey(['admin', 'query']);
    await upload(id, key, 'release=1&file=app.js', { ...MAP, sources: ['by-name.ts'] });
    await put(id, [thrown('1')]);
    expect((await occurrence(key)).frames[0]?.original?.file).toBe('by-name.ts');
    await upload(id, key, 'release=1&file=js/app.js', { ...MAP, sources: ['by-path.ts'] });
    expect((await occurrence(key)).frames[0]?.original?.file).toBe('by-path.ts');
  });

  it.each([
    ['another release', 'release=2&file=js/app.js', thrown('1')],
    ['no release', 'release=1&file=js/app.js', thrown(null)],
    ['another file', 'release=1&file=js/other.js', thrown('1')],
  ])('stays as it was where there is only a map of %s, and says so', async (_, query, record) => {
    const { id, key } = await projectWithKey(['admin', 'query']);
    await upload(id, key, query);
    await put(id, [record]);
    const { frames, maps } = await occurrence(key);
    expect([frames[0]?.original, maps]).toEqual([null, { found: 0, missing: 1, broken: 0 }]);
  });

  it('stays as it was where the map is broken or gone or the store is away, and says so', async () => {
    const { id, key } = await projectWithKey(['admin', 'query']);
    await upload(id, key, 'release=1&file=js/app.js');
    await put(id, [thrown('1')]);
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const [stored] = (await env.STORE.list({ prefix: `sourcemaps/${id}/` })).objects;
    const isBroken = { found: 0, missing: 0, broken: 1 };
    await env.STORE.put(stored?.key ?? '', 'no gzip');
    expect((await occurrence(key)).maps).toEqual(isBroken);
    await env.STORE.put(stored?.key ?? '', gzipSync('{"version":3}'));
    expect((await occurrence(key)).maps).toEqual(isBroken);
    await env.STORE.delete(stored?.key ?? '');
    expect(await occurrence(key)).toMatchObject({ maps: isBroken, frames: [{ original: null }] });
    expect(log.mock.calls.flat().join()).toContain('source_map_broken');
  });

  it('of another project is not explained by our map', async () => {
    const [mine, other] = [await projectWithKey(['admin', 'query']), await projectWithKey(['admin', 'query'])];
    await upload(mine.id, mine.key, 'release=1&file=js/app.js');
    await put(other.id, [thrown('1')]);
    expect((await occurrence(other.key)).maps).toEqual({ found: 0, missing: 1, broken: 0 });
    expect((await upload(mine.id, other.key, 'release=1&file=js/app.js')).status).toBe(404);
  });
});
