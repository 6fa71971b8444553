import type { Ctx } from '../env.ts';
import { cachedAnswer, type ReadError } from '../query/index.ts';
import { ok, type Result } from '../shared/result.ts';
import { type AnomalyQuestion, type FoundAnomalies, findAnomalies } from './find.ts';

/** Rows of eight weeks are read for what changes by the hour: the answer is kept whatever comes in meanwhile. */
const TTL_MS = 120_000;

export interface KeptAnomalies extends FoundAnomalies {
  /** Not computed for this question. */
  hit: boolean;
}

/** As findAnomalies, or what that said within the last two minutes. `refresh`: computes anew. Errors: store_away. */
export async function keptAnomalies(
  ctx: Ctx,
  projectId: string,
  question: AnomalyQuestion,
  refresh: boolean,
): Promise<Result<KeptAnomalies, ReadError>> {
  const kept = await cachedAnswer(ctx, projectId, {
    ...{ operation: 'anomalies', parameters: question, ttlMs: TTL_MS, stream: 'none', refresh },
    compute: () => findAnomalies(ctx, projectId, question),
  });
  if (!kept.ok) return kept;
  return ok({ ...(JSON.parse(kept.value.body) as FoundAnomalies), hit: kept.value.hit });
}
