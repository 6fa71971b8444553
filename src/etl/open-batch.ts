import { createHash } from 'node:crypto';
import type { Edge } from '../edge/index.ts';
import { BatchBuilder } from '../ingest/index.ts';
import { batchIds } from '../shared/ids.ts';
import type { DataType } from '../wire/etl.ts';
import { STEP_NAMES, type StepName } from '../wire/etl-job.ts';
import type { Stream } from '../wire/record.ts';
import type { Rejected } from './rejects.ts';

/** The first batch is small, so that the first records are durable at once; each next one has twice as many, up to the last bound. */
const FIRST_BATCH_RECORDS = 100;
const MAX_BATCH_RECORDS = 5_000;
/** Of a batch's values as JSON: with the packed parts and one value more, a few per cent of what an isolate has. */
const MAX_BATCH_CHARS = 2 * 1024 * 1024;

/** Records of the batch of this number, from 0: by the content alone, so that a repeat is cut in the same places. */
export function batchRecords(ordinal: number): number {
  return Math.min(MAX_BATCH_RECORDS, FIRST_BATCH_RECORDS * 2 ** Math.min(ordinal, 16));
}

/** What makes two batches of one number the same, besides their values. */
export interface BatchOrigin {
  dataType: DataType;
  schemaVersion: number;
  stream: Stream;
  service: string;
}

/** The values of one batch on their way. */
export class OpenBatch {
  readonly ordinal: number;
  /** Position of its first value in the run. */
  readonly firstIndex: number;
  readonly nowMs: number;
  readonly builder: BatchBuilder;
  readonly rejects: Rejected[] = [];
  readonly counts: Record<StepName, { in: number; out: number; rejected: number }>;
  values = 0;
  #text = '';

  constructor(
    ordinal: number,
    firstIndex: number,
    origin: Pick<BatchOrigin, 'stream' | 'service'>,
    nowMs: number,
    edge: Edge,
  ) {
    this.ordinal = ordinal;
    this.firstIndex = firstIndex;
    this.nowMs = nowMs;
    this.builder = new BatchBuilder(
      { stream: origin.stream, service: origin.service, nowMs, edge },
      batchIds(nowMs),
      true,
    );
    this.counts = {
      extract: { in: 0, out: 0, rejected: 0 },
      transform: { in: 0, out: 0, rejected: 0 },
      load: { in: 0, out: 0, rejected: 0 },
      validate: { in: 0, out: 0, rejected: 0 },
    };
  }

  /** Counts a value in by its text; returns its index in the run. */
  take(text: string): number {
    this.#text += text;
    this.#text += '\n';
    return this.firstIndex + this.values++;
  }

  get isFull(): boolean {
    return this.values >= batchRecords(this.ordinal) || this.#text.length >= MAX_BATCH_CHARS;
  }

  /** Of the values as they came, and of all that decides what becomes of them. With its number: a run may hold the same values twice. */
  fingerprint({ dataType, schemaVersion, stream, service }: BatchOrigin): string {
    return createHash('sha256')
      .update(JSON.stringify(['etl', dataType, schemaVersion, stream, service, this.ordinal]))
      .update(this.#text)
      .digest('base64url');
  }

  /** A value that step `step` refused. */
  reject(step: StepName, rejected: Rejected): void {
    this.counts[step].rejected++;
    this.rejects.push(rejected);
  }

  /** What came into each step is what the one before let through. */
  settleCounts(): void {
    let coming = this.values;
    for (const name of STEP_NAMES) {
      const counts = this.counts[name];
      counts.in = coming;
      coming -= counts.rejected;
      counts.out = coming;
    }
  }
}
