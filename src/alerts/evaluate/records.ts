import { type CompiledQuery, compileQuery } from '../../query/index.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Condition } from '../../wire/alerts.ts';
import type { Stream } from '../../wire/record.ts';

/** Conditions whose value is a number of records. */
export type CountCondition = Extract<Condition, { kind: 'log_count' | 'error_rate' | 'fraud_score' | 'silence' }>;

/** Which records a condition counts, and by what. */
export interface CountedRecords {
  stream: Stream;
  query: CompiledQuery;
  /** One count for each value of this field; null is one for all. */
  field: string | null;
}

export const FINGERPRINT_FIELD = 'attrs.labels.fingerprint';

export function isCounted(condition: Condition): condition is CountCondition {
  return ['log_count', 'error_rate', 'fraud_score', 'silence'].includes(condition.kind);
}

/** Error: a sentence about the search, which the rule was once stored with. */
export function countedRecords(condition: CountCondition): Result<CountedRecords, string> {
  const { stream, text, field } = searchOf(condition);
  const compiled = compileQuery(text);
  if (!compiled.ok) return err(`The search is not understood: ${compiled.error.reason}.`);
  return ok({ stream, query: compiled.value, field });
}

function searchOf(condition: CountCondition): { stream: Stream; text: string; field: string | null } {
  switch (condition.kind) {
    case 'log_count':
      return { stream: condition.stream, text: condition.query, field: condition.groupBy };
    case 'silence':
      return { stream: condition.stream, text: condition.query, field: null };
    case 'fraud_score':
      return { stream: 'fraud', text: `attrs.riskScore:>=${condition.minScore}`, field: null };
    case 'error_rate':
      return condition.fingerprint === null
        ? { stream: 'errors', text: '', field: FINGERPRINT_FIELD }
        : { stream: 'errors', text: `${FINGERPRINT_FIELD}:"${condition.fingerprint}"`, field: null };
  }
}
