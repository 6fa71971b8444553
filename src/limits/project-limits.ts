import type { Ctx } from '../env.ts';
import { keyQuotas, type Project } from '../projects/index.ts';
import type { ProjectLimits } from '../wire/limits.ts';
import { projectLimiter } from './client.ts';

export interface LimitsAnswer {
  limits: ProjectLimits;
  /** In the running minute. */
  used: { ingest: number; query: number };
  /** Of live keys that have one, in the running UTC day. */
  quotas: { keyId: string; name: string; recordsPerDay: number; used: number; left: number }[];
  /** Requests that passed uncounted while the limiter did not answer, since the project exists. */
  passedUncounted: number;
}

/** What a project may do and how much of it is used. */
export async function readProjectLimits(ctx: Ctx, project: Project): Promise<LimitsAnswer> {
  const [status, keys] = await Promise.all([
    projectLimiter(ctx.env, project.id).status(ctx.nowMs),
    keyQuotas(ctx.env.DB, project.id, ctx.nowMs),
  ]);
  const usedBy = new Map(status.quotas.map(({ keyId, records }) => [keyId, records]));
  return {
    limits: status.limits,
    used: { ingest: status.ingestUsed, query: status.queryUsed },
    quotas: keys.map(({ keyId, name, recordsPerDay }) => {
      const used = usedBy.get(keyId) ?? 0;
      return { keyId, name, recordsPerDay, used, left: Math.max(0, recordsPerDay - used) };
    }),
    passedUncounted: status.passedUncounted,
  };
}
