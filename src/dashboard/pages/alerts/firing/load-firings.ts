import type { Firing, FiringState } from '../../../../wire/alerts.ts';
import { listFirings } from '../../../api/alerts.ts';
import type { Answer } from '../../../api/http.ts';
import type { Span } from '../../../lib/range.ts';
import { inOrder } from './firing-list.ts';

export interface FiringsQuestion {
  project: string;
  /** Of this rule alone. */
  rule: string | null;
  /** Of what is over. What fires now is shown whatever the time. */
  span: Span;
  /** Rows of each state. */
  wanted: number;
}

export interface Loaded {
  rows: Firing[];
  /** There is more behind it. */
  more: boolean;
}

const PAGE = 100;
/** Of what is over and newer than the time that is asked about. */
const MOST_PAGES = 20;

/** What fires, what is about to, and what was over within the time. */
export async function loadFirings(question: FiringsQuestion, signal: AbortSignal): Promise<Answer<Loaded>> {
  const parts = await Promise.all([
    loadState(question, 'firing', signal),
    loadState(question, 'pending', signal),
    loadState(question, 'resolved', signal),
  ]);
  const failed = parts.find((part) => !part.ok);
  if (failed && !failed.ok) return failed;
  const loaded = parts.flatMap((part) => (part.ok ? [part.value] : []));
  // Between the three questions one may have gone from one state to the next: the first answer counts.
  const byId = new Map(loaded.flatMap(({ rows }) => rows.map((row) => [row.id, row] as const)).toReversed());
  const value = { rows: inOrder([...byId.values()]), more: loaded.some(({ more }) => more) };
  return { ok: true, value, headers: new Headers() };
}

async function loadState(
  { project, rule, span, wanted }: FiringsQuestion,
  state: FiringState,
  signal: AbortSignal,
): Promise<Answer<Loaded>> {
  const rows: Firing[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await listFirings(project, { state, rule }, { limit: PAGE, cursor }, signal);
    if (!answer.ok) return answer;
    const { items, nextCursor } = answer.value;
    rows.push(...items.filter((item) => isOf(item, span)));
    cursor = nextCursor;
    const isPast = state === 'resolved' && items.some(({ resolvedAtMs }) => (resolvedAtMs ?? 0) < span.fromMs);
    if (cursor === null || isPast || rows.length >= wanted) {
      return { ...answer, value: { rows, more: cursor !== null && !isPast } };
    }
  }
  return { ok: true, value: { rows, more: true }, headers: new Headers() };
}

function isOf({ state, pendingSinceMs, resolvedAtMs }: Firing, { fromMs, toMs }: Span): boolean {
  return state !== 'resolved' || (pendingSinceMs <= toMs && (resolvedAtMs ?? 0) >= fromMs);
}
