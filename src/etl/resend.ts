import type { Ctx } from '../env.ts';
import { err, type Result } from '../shared/result.ts';
import type { EtlJob } from '../wire/etl-job.ts';
import type { Extracted } from './extract/extract.ts';
import { readRejects } from './reject-store.ts';
import { parseReject, unpackRejects } from './rejects.ts';
import { type Feeder, refusedBy, type Started, type StartRefusal, type StartRequest, startJob } from './start.ts';

/** What resending takes from the job itself. */
type ResendRequest = Omit<StartRequest, 'dataType' | 'stream' | 'service' | 'resentFrom'>;

/**
 * The rejects of a job as a new job, through a schema that takes them, one hopes. What could not be extracted cannot now either, and is
 * rejected again for the same reason. Errors: job_running, and those of a start.
 */
export async function resendRejects(
  ctx: Ctx,
  job: EtlJob,
  request: ResendRequest,
): Promise<Result<Started, StartRefusal>> {
  if (job.state === 'running') return err({ error: { kind: 'job_running' }, answer: null });
  const { id, dataType, stream, service } = job;
  return startJob(ctx, { ...request, dataType, stream, service, resentFrom: id }, async ({ run, beat }: Feeder) => {
    for await (const text of rejectTexts(ctx, job)) {
      run.noteBytes(text.length);
      const failed = await run.feed(extractRejects(text));
      if (failed) return refusedBy(failed);
      await beat();
    }
    return null;
  });
}

/** NDJSON, a row of the database at a time. */
export async function* rejectTexts(ctx: Ctx, { id, toldBy }: Pick<EtlJob, 'id' | 'toldBy'>): AsyncGenerator<string> {
  for (let part = 0; ; part++) {
    const data = await readRejects(ctx.env.DB, { id, attempt: toldBy }, part);
    if (data === null) return;
    yield unpackRejects(data);
  }
}

function* extractRejects(text: string): Iterable<Extracted> {
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const reject = parseReject(line);
    yield 'raw' in reject ? { reason: reject.reason, raw: reject.raw } : { value: reject.value };
  }
}
