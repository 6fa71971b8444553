import type { DataType } from './etl.ts';
import type { IngestAnswer } from './ingest.ts';
import type { Json, Stream } from './record.ts';

export const STEP_NAMES = ['extract', 'transform', 'load', 'validate'] as const;
export type StepName = (typeof STEP_NAMES)[number];

export interface StepReport {
  name: StepName;
  in: number;
  /** `in = out + rejected`; of the last step, `out` is what is stored or was already. */
  out: number;
  rejected: number;
  durationMs: number;
}

/** Of POST /api/etl/start. */
export interface EtlAnswer extends IngestAnswer {
  jobId: string;
  dataType: DataType;
  /** 0 is none. */
  schemaVersion: number;
  steps: StepReport[];
  durationMs: number;
  /** Rejects that can be downloaded and sent again; the others are only counted. */
  rejectsKept: number;
  /** Only where the database did not take the end of the job: what is stored is stored, and its row says less. */
  recorded?: false;
}

export type JobState = 'running' | 'done' | 'broken';

/** Of GET /api/etl/jobs. Counts of a job that runs or was broken are those of its last sign of life. */
export interface EtlJob {
  id: string;
  dataType: DataType;
  schemaVersion: number;
  state: JobState;
  /** Code of the refusal that ended it; `lease_passed` where its process died; null otherwise. */
  brokenBy: string | null;
  /** Starts under the same Idempotency-Key. */
  attempt: number;
  /** The one that the counts are of. */
  toldBy: number;
  /** Of records that name none. */
  stream: Stream;
  service: string;
  /** Key id or `user:<id>`. */
  startedBy: string;
  resentFrom: string | null;
  received: number;
  stored: number;
  duplicate: number;
  rejected: number;
  rejectsKept: number;
  bytes: number;
  batches: number;
  steps: StepReport[];
  durationMs: number;
  createdAtMs: number;
  updatedAtMs: number;
}

/** A line of GET /api/etl/jobs/:id/rejects: the value as it was extracted, or the text of what could not be. */
export type EtlReject = {
  index: number;
  pointer: string;
  reason: string;
  transformation?: { index: number; name: string };
} & ({ value: Json } | { raw: string });
