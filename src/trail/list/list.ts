import type { Ctx } from '../../env.ts';
import type { AuditPage } from '../../wire/audit.ts';
import { sealedSize } from '../checkpoints/signed.ts';
import { actionConditions, allConditions, joined, leadingCondition } from './conditions.ts';
import { entryOf } from './entry.ts';
import type { EntryFilter, EntryQuery } from './filter.ts';
import {
  actionGroups,
  candidates,
  type EntryRange,
  fittingRows,
  groupCandidates,
  lastSeqBefore,
  type NamedRow,
  newestAtMs,
} from './list-store.ts';

/** Looked at for one page where no index answers all that is asked for. */
const SEARCH_ENTRIES = 5_000;
/** More groups than that are looked for one entry after the other instead. */
const MAX_SEARCHED_GROUPS = 8;
/** What an entry's time may lie behind that of one before it: a request takes its time when it begins, and a cron run may take 15 minutes. */
const DISORDER_MS = 30 * 60_000;

export async function listEntries(ctx: Ctx, { filter, limit, beforeSeq }: EntryQuery): Promise<AuditPage> {
  const { DB } = ctx.env;
  const range = await rangeOf(DB, filter, beforeSeq);
  const found = await pageOfRows(DB, filter, range, limit);
  const sealed = await sealedSize(ctx);
  const { nextSeq, searchedToSeq } = found;
  return {
    items: found.rows.map((row) => entryOf(row, sealed)),
    nextCursor: nextSeq === null ? null : String(nextSeq),
    searchedToSeq,
  };
}

interface FoundRows {
  rows: NamedRow[];
  /** The next page is before this one; null at the end. */
  nextSeq: number | null;
  searchedToSeq: number | null;
}

/** The numbers of what may fit come from one index; what of it fits all that is asked for is read. */
async function pageOfRows(db: D1Database, filter: EntryFilter, range: EntryRange, limit: number): Promise<FoundRows> {
  const wanted = isSearch(filter) ? SEARCH_ENTRIES : limit + 1;
  const seqs = await leadingSeqs(db, filter, range, wanted);
  const rows = await fittingRows(db, seqs, joined(allConditions(filter)), limit + 1);
  const last = rows[limit - 1];
  if (rows.length > limit && last !== undefined)
    return { rows: rows.slice(0, limit), nextSeq: last.seq, searchedToSeq: null };
  const end = seqs.length === wanted ? (seqs.at(-1) ?? null) : null;
  return { rows, nextSeq: end, searchedToSeq: isSearch(filter) ? end : null };
}

async function leadingSeqs(db: D1Database, filter: EntryFilter, range: EntryRange, limit: number): Promise<number[]> {
  const leading = leadingCondition(filter);
  if (leading !== null) return candidates(db, leading, range, limit);
  const conditions = actionConditions(filter);
  if (conditions.length > 0) {
    const groups = await actionGroups(db, joined(conditions));
    if (!isSearch(filter) || groups.length <= MAX_SEARCHED_GROUPS) return groupCandidates(db, groups, range, limit);
  }
  return candidates(db, joined([]), range, limit);
}

/** Whether more is asked for than the index that leads answers: then entries are looked at that do not fit. A time is told by the numbers. */
function isSearch(filter: EntryFilter): boolean {
  const { fromMs: _, toMs: __, kind, q, table, operation, action, actorKind, ...indexed } = filter;
  const asked = Object.values(indexed).filter((value) => value !== null).length;
  const byAction = [table, operation, action, actorKind].some((value) => value !== null);
  return q !== null || kind !== null || asked > 1 || (asked === 1 && byAction);
}

async function rangeOf(db: D1Database, { fromMs, toMs }: EntryFilter, beforeSeq: number | null): Promise<EntryRange> {
  const after = fromMs === null ? 0 : await lastSeqBefore(db, fromMs - DISORDER_MS);
  const before = beforeSeq ?? Number.MAX_SAFE_INTEGER;
  // Halving needs times that run forward; a clock that was set back tells the newest entries from older ones no more.
  const isPast = toMs !== null && ((await newestAtMs(db)) ?? 0) >= toMs + DISORDER_MS;
  const last = isPast ? await lastSeqBefore(db, toMs + DISORDER_MS) : before;
  return { after, before: Math.min(before, last + 1), fromMs: fromMs ?? 0, toMs: toMs ?? Number.MAX_SAFE_INTEGER };
}
