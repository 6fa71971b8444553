import * as z from 'zod';
import { actorId, auditedBatch, auditIfChanged } from '../audit/index.ts';
import type { Ctx } from '../env.ts';
import { hasChanged } from '../shared/changed.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { Release } from '../wire/error-groups.ts';
import { MAX_FUTURE_MS } from '../wire/limits.ts';
import type { ReleaseError } from './errors.ts';
import { isReleaseName, MAX_RELEASE_CHARS } from './release.ts';
import { announceStatement, MAX_RELEASES } from './store.ts';

export const announceSchema = z.lazy(() =>
  z.strictObject({
    /** Beside `?project=`; a key that names none means its own. */
    project: z.string().optional(),
    release: z.string().refine(isReleaseName, `must have 1 to ${MAX_RELEASE_CHARS} characters`),
    /** Unix ms; when the request comes, where it is left out. */
    atMs: z.number().int().min(0).optional(),
  }),
);
export type AnnounceInput = z.infer<typeof announceSchema>;

/** Says when a release went out. A repeat moves it. Errors: release_in_future, too_many_releases. */
export async function announceRelease(
  ctx: Ctx,
  projectId: string,
  { release, atMs = ctx.nowMs }: AnnounceInput,
): Promise<Result<Release, ReleaseError>> {
  if (atMs > ctx.nowMs + MAX_FUTURE_MS) return err({ kind: 'release_in_future' });
  const by = actorId(ctx.actor) ?? '';
  const [announced] = await auditedBatch(ctx, [
    announceStatement(ctx.env.DB, projectId, { release, atMs, by }),
    auditIfChanged(ctx, { action: 'release.announce', target: release, projectId, detail: { atMs } }),
  ]);
  if (!hasChanged(announced)) return err({ kind: 'too_many_releases', limit: MAX_RELEASES });
  return ok({ release, atMs, source: 'announced' });
}
