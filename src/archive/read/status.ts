import { readDue, readHot } from '../../blocks/index.ts';
import type { Ctx } from '../../env.ts';
import type { ArchiveStatus } from '../../wire/archive.ts';
import { DAY_MS } from '../keep/keep.ts';
import { readHead } from '../manifest/manifest-store.ts';
import { REST_MS } from '../move/plan.ts';
import { hotDaysInForce } from '../move/pressure.ts';
import { readAllSettings, readSettings } from '../registers/settings-store.ts';
import { sumArchives } from './list-store.ts';

export async function readStatus(ctx: Ctx, projectId: string): Promise<ArchiveStatus> {
  const { env, config, nowMs } = ctx;
  const { settings, sizeBytes } = await readSettings(env.DB, projectId);
  const hotDays = hotDaysInForce(settings.hotDays, { sizeBytes, limitBytes: config.databaseLimitBytes });
  const [sums, hot, [due], { sequence }] = await Promise.all([
    sumArchives(env.DB, projectId),
    readHot(env.DB, projectId),
    readDue(env.DB, [{ projectId, hotMs: hotDays * DAY_MS }], { nowMs, restMs: REST_MS }),
    readHead(env.DB, projectId),
  ]);
  return {
    ...{ ...sums, hot, lagMs: due ? Math.max(0, nowMs - due.sinceMs) : 0, due: due?.blocks ?? 0 },
    ...{ hotDaysInForce: hotDays, manifestSequence: sequence, settings },
  };
}

export interface ArchiveLag {
  /** Of the deployment: how long ago the block that is latest should have been archived; 0 where none is late. Up to six hours is waiting for others (plan.ts). */
  lagMs: number;
  /** Blocks that should be archived by now. */
  due: number;
  projects: { projectId: string; lagMs: number; due: number }[];
}

/** For health and metrics: two statements, over indexes. */
export async function archiveLag({ env, config, nowMs }: Ctx): Promise<ArchiveLag> {
  const { projects, sizeBytes } = await readAllSettings(env.DB, null);
  const size = { sizeBytes, limitBytes: config.databaseLimitBytes };
  const hot = projects.map(({ projectId, settings }) => ({
    projectId,
    hotMs: hotDaysInForce(settings.hotDays, size) * DAY_MS,
  }));
  const late = (await readDue(env.DB, hot, { nowMs, restMs: REST_MS })).map(({ projectId, blocks, sinceMs }) => ({
    ...{ projectId, due: blocks, lagMs: Math.max(0, nowMs - sinceMs) },
  }));
  return {
    lagMs: Math.max(0, ...late.map(({ lagMs }) => lagMs)),
    due: late.reduce((sum, { due }) => sum + due, 0),
    projects: late,
  };
}
