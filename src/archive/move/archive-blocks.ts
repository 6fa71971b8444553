import { listDue, readDue } from '../../blocks/index.ts';
import type { Ctx } from '../../env.ts';
import type { ArchiveRun, ArchiveSettings } from '../../wire/archive.ts';
import type { StoredArchive } from '../archives-store.ts';
import { DAY_MS } from '../keep/keep.ts';
import { rotated } from '../keep/rotated.ts';
import { noteFailure } from '../notices.ts';
import { readAllSettings } from '../registers/settings-store.ts';
import { newBudget } from '../repair/reconcile.ts';
import { repairProject } from '../repair/repair.ts';
import { type Batch, planBatches, REST_MS } from './plan.ts';
import { type DatabaseSize, hotDaysInForce, hotDelayMs } from './pressure.ts';
import { settle } from './settle.ts';
import { writeArchive } from './write-archive.ts';

/** Blocks of a project that are looked at in one run: enough for a full object, whatever streams they are of. */
const MAX_LISTED = 2_000;
/** Of one run: what is left comes five minutes later. An object takes 12 statements, its manifest 5 (test/worker/archive-bounds.test.ts). */
const MAX_OBJECTS = 16;
const MAX_UNSETTLED = 10;
/** Projects of a run that are asked whether R2 knows more of them than the database does, beside those that have something due. */
const MAX_LOOKED_AT = 20;
/** Between two objects it is looked at how long the run takes. */
const MAX_RUN_MS = 60_000;

export interface ArchiveOptions {
  /** Null is all. */
  projectId: string | null;
  /** False: also what does not fill an object yet (plan.ts). */
  isPatient: boolean;
}

export interface MoveCounts extends ArchiveRun {
  /** Blocks that are not what their index rows say; they stay. */
  damaged: number;
  failed: number;
  manifests: number;
}

/**
 * Moves blocks past the hot period to R2: first what R2 knows and this database does not, then what a run before has begun, then what is due, an object of each project in turn, then the manifests. Every step
 * is decided by rows, so that any number of runs may do it at once or die in it.
 */
export async function moveBlocks(ctx: Ctx, { projectId, isPatient }: ArchiveOptions): Promise<MoveCounts> {
  const startedMs = performance.now();
  const { projects, sizeBytes } = await readAllSettings(ctx.env.DB, projectId);
  const size = { sizeBytes, limitBytes: ctx.config.databaseLimitBytes };
  const delayMs = hotDelayMs(size);
  const counts: MoveCounts = {
    ...{ blocks: 0, records: 0, rawBytes: 0, packedBytes: 0, objects: 0, done: true },
    ...{ damaged: 0, failed: 0, manifests: 0 },
  };
  const repairs = new Repairs(ctx);
  for (const project of rotated(projects).slice(0, MAX_LOOKED_AT)) await repairs.isWhole(project.projectId);
  const before = await settle(ctx, { projectId, delayMs, limit: MAX_UNSETTLED });
  for (const archive of before.archived) count(counts, archive);
  const due = await dueProjects(ctx, projects, size);
  const turns = new Turns(
    repairs,
    due.map((project) => ({ ...project, isPatient })),
  );
  let objects = 0;
  for (;;) {
    if (objects >= MAX_OBJECTS || performance.now() - startedMs > MAX_RUN_MS) {
      counts.done = false;
      break;
    }
    const turn = await turns.next(ctx);
    if (turn === null) break;
    objects++;
    try {
      const written = await writeArchive(ctx, turn.projectId, turn.batch, delayMs);
      counts.damaged += written.damaged;
      if (written.kind === 'archived') count(counts, written.archive);
    } catch (cause) {
      counts.failed++;
      turns.drop(turn.projectId);
      await noteFailure(ctx, turn.projectId, 'archive_write', cause);
    }
  }
  const after = await settle(ctx, { projectId, delayMs, limit: MAX_UNSETTLED + objects });
  for (const archive of after.archived) count(counts, archive);
  counts.failed += before.failed + after.failed + repairs.failed;
  counts.manifests += before.manifests + after.manifests;
  if (turns.wasCut) counts.done = false;
  return counts;
}

function count(counts: MoveCounts, { blocks, records, rawBytes, packedBytes }: StoredArchive): void {
  counts.objects++;
  counts.blocks += blocks;
  counts.records += records;
  counts.rawBytes += rawBytes;
  counts.packedBytes += packedBytes;
}

export function hotMsInForce({ hotDays }: ArchiveSettings, size: DatabaseSize): number {
  return hotDaysInForce(hotDays, size) * DAY_MS;
}

interface DueProject {
  projectId: string;
  hotMs: number;
}

async function dueProjects(
  { env, nowMs }: Ctx,
  projects: readonly { projectId: string; settings: ArchiveSettings }[],
  size: DatabaseSize,
): Promise<DueProject[]> {
  const all = projects.map(({ projectId, settings }) => ({ projectId, hotMs: hotMsInForce(settings, size) }));
  const due = new Set((await readDue(env.DB, all, { nowMs, restMs: REST_MS })).map(({ projectId }) => projectId));
  return rotated(all.filter(({ projectId }) => due.has(projectId)));
}

/** What R2 knows and this database does not is found once a run and project. */
class Repairs {
  failed = 0;
  readonly #ctx: Ctx;
  readonly #known = new Map<string, boolean>();
  readonly #budget = newBudget();

  constructor(ctx: Ctx) {
    this.#ctx = ctx;
  }

  /** False where something is left: what is archived then could be archived already. */
  async isWhole(projectId: string): Promise<boolean> {
    const known = this.#known.get(projectId);
    if (known !== undefined) return known;
    let isWhole = false;
    try {
      isWhole = await repairProject(this.#ctx, projectId, this.#budget);
    } catch (cause) {
      this.failed++;
      await noteFailure(this.#ctx, projectId, 'archive_repair', cause);
    }
    this.#known.set(projectId, isWhole);
    return isWhole;
  }
}

/** One object of each project in turn. What is due of a project is listed when its first turn comes. */
class Turns {
  #waiting: (DueProject & { isPatient: boolean; batches: Batch[] | null })[];
  /** Whether a list was cut, so that more may be due than was looked at. */
  wasCut = false;
  readonly #repairs: Repairs;

  constructor(repairs: Repairs, projects: readonly (DueProject & { isPatient: boolean })[]) {
    this.#repairs = repairs;
    this.#waiting = projects.map((project) => ({ ...project, batches: null }));
  }

  async next(ctx: Ctx): Promise<{ projectId: string; batch: Batch } | null> {
    for (let project = this.#waiting.shift(); project; project = this.#waiting.shift()) {
      project.batches ??= await this.#plan(ctx, project);
      const batch = project.batches.shift();
      if (!batch) continue;
      this.#waiting.push(project);
      return { projectId: project.projectId, batch };
    }
    return null;
  }

  drop(projectId: string): void {
    this.#waiting = this.#waiting.filter((project) => project.projectId !== projectId);
  }

  async #plan(
    { env, nowMs }: Ctx,
    { projectId, hotMs, isPatient }: DueProject & { isPatient: boolean },
  ): Promise<Batch[]> {
    if (!(await this.#repairs.isWhole(projectId))) {
      this.wasCut = true;
      return [];
    }
    const range = { maxTsBeforeMs: nowMs - hotMs, sealedToMs: nowMs - REST_MS };
    const due = await listDue(env.DB, projectId, range, MAX_LISTED);
    const isWhole = due.length < MAX_LISTED;
    if (!isWhole) this.wasCut = true;
    return planBatches(due, { nowMs, hotMs, isWhole, isPatient });
  }
}
