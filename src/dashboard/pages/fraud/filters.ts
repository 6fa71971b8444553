import { DECISIONS } from '../../../wire/fraud.ts';
import type { EventQuery } from '../../api/fraud.ts';

/** The filters of the event stream as the address has them: `decision`, `rule`, `user`, `min`. What means nothing is no filter. */
export function filtersOf(params: URLSearchParams): EventQuery {
  const decision = params.get('decision');
  const min = params.get('min') ?? '';
  const minScore = /^\d{1,3}$/.test(min) ? Math.min(100, Number(min)) : 0;
  return {
    decision: DECISIONS.find((name) => name === decision) ?? null,
    rule: textOf(params.get('rule')),
    userId: textOf(params.get('user')),
    minScore: minScore === 0 ? null : minScore,
  };
}

/** The change of the address that a change of filters is. */
export function filterParams(filters: EventQuery): Record<'decision' | 'rule' | 'user' | 'min', string | null> {
  return {
    decision: filters.decision,
    rule: filters.rule,
    user: filters.userId,
    min: filters.minScore === null ? null : String(filters.minScore),
  };
}

export function isFiltered(filters: EventQuery): boolean {
  return Object.values(filters).some((value) => value !== null);
}

function textOf(value: string | null): string | null {
  const text = value?.trim() ?? '';
  return text === '' ? null : text;
}
