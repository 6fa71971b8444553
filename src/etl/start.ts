import { rulesOf } from '../edge/index.ts';
import type { Ctx } from '../env.ts';
import { countRefusedCode, type IngestError, type Sender } from '../ingest/index.ts';
import { sha256Hex } from '../shared/hash.ts';
import { randomId } from '../shared/ids.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { DataType } from '../wire/etl.ts';
import type { EtlAnswer } from '../wire/etl-job.ts';
import type { Stream } from '../wire/record.ts';
import { type ChosenSchema, chooseSchema, referenceFor } from './choose-schema.ts';
import { type EtlError, etlProblem } from './errors.ts';
import { JobRow } from './job-row.ts';
import { type Attempt, openJob } from './job-store.ts';
import { compilePipeline } from './pipeline.ts';
import type { Progress } from './progress.ts';
import { insertRejects } from './reject-store.ts';
import { RejectKeeper } from './rejects.ts';
import { MAX_BATCHES, Run } from './run.ts';
import type { SchemaVersion } from './schema-store.ts';

export interface StartRequest {
  sender: Sender;
  userAgent: string;
  dataType: DataType;
  /** Null is the newest, 0 none. */
  schemaVersion: number | null;
  stream: Stream;
  service: string;
  idempotencyKey: string | null;
  resentFrom: string | null;
  elapsedMs: () => number;
}

export interface Started {
  answer: EtlAnswer;
  replayed: boolean;
}

/** A refusal, with what is stored all the same; null where the run had not begun. */
export interface StartRefusal {
  error: EtlError;
  answer: EtlAnswer | null;
}

/** Feeds a run from wherever the data is; null at its end. */
export type Feed = (run: Feeder) => Promise<EtlError | null>;

export interface Feeder {
  run: Run;
  /** To be called now and then: the job shows a sign of life. */
  beat(): Promise<void>;
}

/**
 * One run: opens the job, feeds the data through the steps, closes the job. Data is answered for by the journal alone. A database that dies on
 * the way loses no more than what the job's row would have said; one that is away at the start throws before anything is stored.
 */
export async function startJob(ctx: Ctx, request: StartRequest, feed: Feed): Promise<Result<Started, StartRefusal>> {
  const opened = await openRun(ctx, request);
  if (!opened.ok) return err({ error: opened.error, answer: null });
  const { run, row, attempt } = opened.value;
  const fed = await feed({ run, beat: () => row.beat(run.progress) });
  const failed = fed ?? refusedBy(await run.finish());
  await row.close(run.progress, failed === null ? null : etlProblem(failed).code);
  const answer = answerOf(request, attempt, run.progress, row.isRecorded);
  if (failed !== null) return err({ error: failed, answer });
  return ok({ answer, replayed: run.progress.firstAnswer !== null });
}

export function refusedBy(error: IngestError | null): EtlError | null {
  return error && { kind: 'ingest', error };
}

/** Counted where an operator looks for it. What a batch of a run was refused for, by the journal or a limit, is counted with it. */
export async function countStartRefusal(ctx: Ctx, sender: Sender, { error, answer }: StartRefusal): Promise<void> {
  const withBatch = [
    ...['key_reused', 'key_revoked', 'project_disabled', 'backlog_full', 'journal_away'],
    ...['rate_limited', 'quota_exceeded'],
  ];
  if (answer !== null && error.kind === 'ingest' && withBatch.includes(error.error.kind)) return;
  await countRefusedCode(ctx, sender, etlProblem(error).code);
}

async function openRun(
  ctx: Ctx,
  request: StartRequest,
): Promise<Result<{ run: Run; row: JobRow; attempt: Attempt }, EtlError>> {
  const { sender, dataType, idempotencyKey, stream, service, elapsedMs, userAgent, schemaVersion: asked } = request;
  const { projectId, keyId: principal } = sender;
  const db = ctx.env.DB;
  const dedupe = idempotencyKey === null ? null : sha256Hex(idempotencyKey);
  const { attempt, schema } = await openJob(db, {
    ...{ id: randomId('etl'), projectId, principal, dedupe, dataType, schemaVersion: asked, stream, service },
    ...{ resentFrom: request.resentFrom, nowMs: ctx.nowMs },
  });
  if (attempt === null) {
    if (asked && !schema) return err({ kind: 'schema_not_found', dataType, version: asked });
    return err({ kind: 'ingest', error: { kind: 'key_reused' } });
  }
  const chosen = await chosenSchema(ctx, projectId, attempt.schemaVersion, dataType, schema);
  if (!chosen.ok) return chosen;
  const run = new Run({
    ctx,
    sender,
    userAgent,
    origin: { dataType, schemaVersion: attempt.schemaVersion, stream, service },
    edge: { browser: sender.browser, rules: await rulesOf(ctx, projectId) },
    pipeline: compilePipeline(chosen.value.schema, chosen.value.reference),
    // No client can have chosen the same by chance: `etl:` and 64 digits of hash.
    batchKey: dedupe && `etl:${dedupe}`,
    rejects: new RejectKeeper((part, data) => insertRejects(db, { ...attempt, projectId }, part, data)),
    maxBatches: MAX_BATCHES,
    elapsedMs,
  });
  return ok({ run, attempt, row: new JobRow(ctx, attempt, elapsedMs) });
}

/** What came with the opening, unless the job began with an older version. */
async function chosenSchema(
  ctx: Ctx,
  projectId: string,
  version: number,
  dataType: DataType,
  found: SchemaVersion | null,
): Promise<Result<ChosenSchema, EtlError>> {
  if (found?.version !== version) return chooseSchema(ctx, projectId, dataType, version);
  return ok({ version, schema: found.schema, reference: await referenceFor(ctx, projectId, found.schema) });
}

function answerOf(request: StartRequest, job: Attempt, progress: Progress, isRecorded: boolean): EtlAnswer {
  const { received, stored, duplicate, rejected, rejectsKept, steps, durationMs } = progress.row(request.elapsedMs());
  return {
    jobId: job.id,
    dataType: request.dataType,
    schemaVersion: job.schemaVersion,
    ...{ received, stored, duplicate, rejected, errors: progress.errors },
    ...{ steps, durationMs, rejectsKept },
    ...(isRecorded ? {} : { recorded: false as const }),
  };
}
