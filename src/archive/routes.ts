import { Hono } from 'hono';
import { auditedBatch, auditStatement } from '../audit/index.ts';
import { authProblem, requireRecentProof, requireRole } from '../auth/index.ts';
import { namedProject, type ProjectAction, projectAccess } from '../projects/index.ts';
import { type AppContext, type AppEnv, refuse } from '../shared/http.ts';
import { readJsonBody } from '../shared/json-body.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { ArchiveRun } from '../wire/archive.ts';
import { type ArchiveError, archiveProblem } from './errors.ts';
import { moveBlocks } from './move/archive-blocks.ts';
import { openObject } from './objects-store.ts';
import { findListed, type ListedArchive } from './read/list-store.ts';
import { readAfter, readListRequest } from './read/parameters.ts';
import { readArchiveDetail, readArchivePage } from './read/read-archives.ts';
import { readStatus } from './read/status.ts';
import { restoreRange } from './restore/restore.ts';
import { restoreSchema, runSchema } from './schema.ts';
import { verifyArchive } from './verify/verify-archive.ts';
import { verifyChain } from './verify/verify-chain.ts';

const deny = (c: AppContext, error: ArchiveError): Response => refuse(c, archiveProblem(error));

/** `/api/archives`, but for its registers. */
export function archiveRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/api/archives', async function getArchives(c) {
    const project = await granted(c, 'read');
    if (!project.ok) return deny(c, project.error);
    const request = readListRequest(c.req.query());
    if (!request.ok) return deny(c, request.error);
    return c.json(await readArchivePage(c.get('ctx'), project.value, request.value));
  });

  routes.get('/api/archives/status', async function getStatus(c) {
    const project = await granted(c, 'read');
    return project.ok ? c.json(await readStatus(c.get('ctx'), project.value)) : deny(c, project.error);
  });

  routes.post('/api/archives/run', async function postRun(c) {
    const ctx = c.get('ctx');
    if (ctx.actor.kind === 'anonymous') return deny(c, { kind: 'project', error: { kind: 'unauthenticated' } });
    const body = await readJsonBody(c.req.raw, runSchema);
    if (!body.ok) return refuse(c, body.error);
    const named = body.value.project ?? c.req.query('project');
    const project = named || ctx.actor.kind === 'key' ? await granted(c, 'admin', named) : everyProject(c);
    if (!project.ok) return deny(c, project.error);
    const projectId = project.value;
    const { objects, blocks, records, rawBytes, packedBytes, done } = await moveBlocks(ctx, {
      projectId,
      isPatient: false,
    });
    const run: ArchiveRun = { blocks, records, rawBytes, packedBytes, objects, done };
    const entry = {
      ...{ action: 'archive.run', target: projectId ?? 'every project', projectId },
      detail: { blocks, objects, done },
    };
    await auditedBatch(ctx, [auditStatement(ctx, entry)]);
    return c.json(run);
  });

  routes.post('/api/archives/restore', async function postRestore(c) {
    const ctx = c.get('ctx');
    const project = await granted(c, 'admin');
    if (!project.ok) return deny(c, project.error);
    const body = await readJsonBody(c.req.raw, restoreSchema);
    if (!body.ok) return refuse(c, body.error);
    const proof = requireRecentProof(ctx);
    if (!proof.ok) return refuse(c, authProblem(proof.error));
    const restored = await restoreRange(ctx, project.value, body.value);
    return restored.ok ? c.json(restored.value) : deny(c, restored.error);
  });

  routes.post('/api/archives/verify', async function postVerifyChain(c) {
    const project = await granted(c, 'write');
    if (!project.ok) return deny(c, project.error);
    const after = readAfter(c.req.query());
    return after.ok ? c.json(await verifyChain(c.get('ctx'), project.value, after.value)) : deny(c, after.error);
  });

  routes.get('/api/archives/:id', async function getArchive(c) {
    const archive = await found(c, 'read');
    return archive.ok ? c.json(await readArchiveDetail(c.get('ctx'), archive.value)) : deny(c, archive.error);
  });

  routes.post('/api/archives/:id/verify', async function postVerify(c) {
    const archive = await current(c, 'write');
    return archive.ok ? c.json(await verifyArchive(c.get('ctx'), archive.value)) : deny(c, archive.error);
  });

  // The bytes as they are: members of gzip that zcat, DuckDB and ClickHouse read (docs/archive.md). The name says what they are, not Content-Encoding, or a
  // browser would inflate them.
  routes.get('/api/archives/:id/download', async function getDownload(c) {
    const ctx = c.get('ctx');
    const archive = await current(c, 'export');
    if (!archive.ok) return deny(c, archive.error);
    const { id, projectId, day, number, key } = archive.value;
    const object = await openObject(ctx.env.STORE, key);
    if (object === null) return deny(c, { kind: 'archive_damaged', id });
    await auditedBatch(ctx, [
      auditStatement(ctx, { action: 'archive.download', target: id, projectId, detail: { key } }),
    ]);
    const name = `${projectId}-${day}-batch-${String(number).padStart(4, '0')}.ndjson.gz`;
    return c.body(object.body, 200, {
      ...{ 'content-type': 'application/gzip', 'content-length': String(object.size), etag: object.httpEtag },
      'content-disposition': `attachment; filename="${name}"`,
    });
  });

  return routes;
}

export async function granted(
  c: AppContext,
  action: ProjectAction,
  named = c.req.query('project'),
): Promise<Result<string, ArchiveError>> {
  const project = await namedProject(c.get('ctx'), named, action);
  return project.ok ? project : err({ kind: 'project', error: project.error });
}

function everyProject(c: AppContext): Result<null, ArchiveError> {
  const admin = requireRole(c.get('ctx'), 'admin');
  return admin.ok ? ok(null) : err({ kind: 'auth', error: admin.error });
}

/** The archive that the path names, once it is sure that the caller may do this in its project. */
async function found(c: AppContext, action: ProjectAction): Promise<Result<ListedArchive, ArchiveError>> {
  const { DB } = c.get('ctx').env;
  return withinProject(c, action, 'archive_not_found', () => findListed(DB, c.req.param('id') ?? ''));
}

/** Of what has an id in the whole deployment: where the request names a project, that one is asked first, and what is of another is not there. */
export async function withinProject<T extends { projectId: string }>(
  c: AppContext,
  action: ProjectAction,
  missing: 'archive_not_found' | 'hold_not_found',
  find: () => Promise<T | null>,
): Promise<Result<T, ArchiveError>> {
  const ctx = c.get('ctx');
  if (ctx.actor.kind === 'anonymous') return err({ kind: 'project', error: { kind: 'unauthenticated' } });
  const named = c.req.query('project') || null;
  const first = named === null ? null : await projectAccess(ctx, named, action);
  if (first?.ok === false) return err({ kind: 'project', error: first.error });
  const one = await find();
  if (one === null || (named !== null && named !== one.projectId)) return err({ kind: missing });
  const project = first ?? (await projectAccess(ctx, one.projectId, action));
  if (project.ok) return ok(one);
  return err(project.error.kind === 'not_found' ? { kind: missing } : { kind: 'project', error: project.error });
}

async function current(c: AppContext, action: ProjectAction): Promise<Result<ListedArchive, ArchiveError>> {
  const archive = await found(c, action);
  if (!archive.ok || archive.value.state === 'current') return archive;
  return err({ kind: 'archive_not_current', state: archive.value.state });
}
