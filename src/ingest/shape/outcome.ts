import type { OperationOutcome } from '../../wire/operations.ts';
import type { Json, JsonObject } from '../../wire/record.ts';
import { numberOf, objectOf, own, textOf } from './values.ts';

/** The first that reads as an outcome counts: a status of another kind beside it does no harm. */
export const OUTCOME_NAMES = ['outcome', 'status', 'success', 'ok'] as const;
/** Codes before what is more likely a sentence. */
const REASON_NAMES = ['reason', 'errorReason', 'error_reason', 'errorCode', 'error_code', 'error'] as const;
/** What errors of common clients call themselves by, the most stable first. */
const ERROR_PARTS = ['code', 'reason', 'type', 'name', 'message'] as const;

/** Folded: lower case, without blanks, hyphens and underscores. */
const SUCCESS = new Set(
  ['success', 'succeeded', 'successful', 'ok', 'okay', 'true', 'yes', 'completed', 'complete', 'done'].concat(
    ...['approved', 'settled', 'passed', 'pass'],
  ),
);
/** These say no more than that it failed. */
const FAILURE = new Set(['failure', 'failed', 'fail', 'error', 'errored', 'false', 'no', 'exception', 'unsuccessful']);
/** These say why as well. */
const REASONED = new Map<string, string>([
  ...['timeout', 'declined', 'rejected', 'refused', 'denied', 'aborted', 'expired', 'unavailable', 'throttled'].map(
    (word) => [word, word] as const,
  ),
  ...(['timedout', 'deadlineexceeded'] as const).map((word) => [word, 'timeout'] as const),
  ...(['cancelled', 'canceled'] as const).map((word) => [word, 'cancelled'] as const),
]);

interface Verdict {
  outcome: OperationOutcome;
  /** What the outcome itself says of why. */
  reason: string | null;
}

export interface Outcome extends Verdict {
  /** Of a failure, as the sender put it, or as its outcome has it; null where neither says one. */
  reason: string | null;
}

/**
 * What an operation came to. Null where the record does not say; where what it says is no outcome, the field that is wrong. An error beside no
 * outcome is a failure; a reason alone is none, because successes have reasons too (a refund, a retry).
 */
export function outcomeOf(attrs: JsonObject): Outcome | { wrong: string } | null {
  const verdicts: Verdict[] = [];
  let wrong: string | null = null;
  for (const name of OUTCOME_NAMES) {
    const value = own(attrs, name) ?? null;
    if (value === null || value === '') continue;
    const verdict = verdictOf(value, name === 'success' || name === 'ok');
    if (verdict) verdicts.push(verdict);
    else wrong ??= name;
  }
  const said = REASON_NAMES.map((name) => ({ name, reason: reasonIn(own(attrs, name)) })).filter(
    ({ reason }) => reason !== null,
  );
  const outcome = verdicts[0]?.outcome ?? (said.some(({ name }) => name !== 'reason') ? 'failure' : null);
  if (outcome === null) return wrong === null ? null : { wrong };
  if (outcome === 'success') return { outcome, reason: null };
  const reason = said.find((one) => one.reason !== '')?.reason ?? null;
  return { outcome, reason: reason ?? verdicts.find((verdict) => verdict.reason !== null)?.reason ?? null };
}

/** Null for what is no outcome. Numbers are HTTP statuses, or 1 and 0 where a yes or no is asked for. */
function verdictOf(value: Json, isFlag: boolean): Verdict | null {
  const text = textOf(value);
  if (text === null) return null;
  const word = text.toLowerCase().replace(/[\s_-]+/g, '');
  if (/^[1-5]\d\d$/.test(word)) return Number(word) < 400 ? SUCCEEDED : { outcome: 'failure', reason: `HTTP ${word}` };
  if (SUCCESS.has(word) || (isFlag && word === '1')) return SUCCEEDED;
  const reason = REASONED.get(word) ?? null;
  return reason !== null || FAILURE.has(word) || (isFlag && word === '0') ? { outcome: 'failure', reason } : null;
}
const SUCCEEDED: Verdict = { outcome: 'success', reason: null };

/** Null where there was no error; '' where there was one that says nothing of itself. */
function reasonIn(value: Json | undefined): string | null {
  if (value === undefined || value === null || value === false || value === '') return null;
  const object = objectOf(value);
  if (object !== null) return ERROR_PARTS.map((part) => textOf(own(object, part))).find((text) => text !== null) ?? '';
  if (value === true || Array.isArray(value)) return '';
  return textOf(value) ?? String(numberOf(value) ?? '');
}
