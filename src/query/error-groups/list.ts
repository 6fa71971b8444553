import type { Ctx } from '../../env.ts';
import { isFingerprint, type KnownGroup } from '../../errors/index.ts';
import { ALL_ERRORS, type Cell } from '../../rollups/index.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { ErrorGroups } from '../../wire/error-groups.ts';
import type { CellAnswer } from '../cells/question.ts';
import { readCells } from '../cells/read.ts';
import { MATCH_ALL } from '../compile.ts';
import type { ReadError } from '../errors.ts';
import { readFailure } from '../search.ts';
import { knownGroups, statusOf } from './known.ts';
import { encodePlace, type GroupsRequest, type Place, type Sort } from './parameters.ts';
import { groupAnswer, knowsSessions, readTrends, readValues } from './sums.ts';

/** Groups of a range that are told apart, those with the most errors: of more, nobody reads the end. */
const MAX_GROUPS = 5_000;
const HOUR_MS = 3_600_000;
/** Shorter ranges would be another question by whole hours. */
const MIN_HOURS_MS = 6 * HOUR_MS;

interface Candidate extends Place {
  known: KnownGroup;
  cell: Cell;
}

/** Groups of errors that happened in a range, from rollups and the register: at a cost that grows with the number of groups, not of errors. Errors: store_away. */
export async function errorGroups(
  ctx: Ctx,
  projectId: string,
  request: GroupsRequest,
): Promise<Result<ErrorGroups, ReadError>> {
  const sums = await readSums(ctx, projectId, request);
  if (!sums.ok) return sums;
  const { fromMs, toMs, filters, sort, limit } = { ...request, ...sums.value.range };
  const hasSessions = knowsSessions(sums.value, filters);
  const counted = sums.value.cells.filter(({ name }) => isFingerprint(name));
  counted.sort((a, b) => b.cell.count - a.cell.count);
  const told = counted.slice(0, MAX_GROUPS);
  let known: Map<string, KnownGroup>;
  try {
    known = await knownGroups(
      ctx,
      projectId,
      told.map(({ name }) => name),
      MATCH_ALL,
    );
  } catch (cause) {
    return err(await readFailure(ctx, cause));
  }
  const candidates = told
    .flatMap(({ name, cell }): Candidate[] => {
      const group = known.get(name);
      return group && matches(group, request)
        ? [{ known: group, cell, fingerprint: name, weight: weightOf(sort, group, cell, hasSessions) }]
        : [];
    })
    .sort(comparePlaces);
  const { after } = request;
  const rest = after ? candidates.filter((candidate) => comparePlaces(candidate, after) > 0) : candidates;
  const page = rest.slice(0, limit);
  const fingerprints = page.map(({ fingerprint }) => fingerprint);
  const [trends, releases] = await Promise.all([
    readTrends(ctx, projectId, { fromMs, toMs, filters }, fingerprints),
    readValues(ctx, projectId, { fromMs, toMs }, fingerprints, 'release'),
  ]);
  if (!trends.ok) return trends;
  if (!releases.ok) return releases;
  const { starts, bucketMs, countsOf } = trends.value;
  const all = countsOf(ALL_ERRORS);
  const last = page.at(-1);
  return ok({
    ...{ fromMs, toMs, bucketMs, buckets: starts.map((ts, i) => ({ ts, count: all[i] ?? 0 })) },
    total: sums.value.cells.find(({ name }) => name === ALL_ERRORS)?.cell.count ?? 0,
    items: page.map(({ known: group, cell, fingerprint }) =>
      groupAnswer(group, cell, {
        ...{ trend: countsOf(fingerprint), releases: releases.value.get(fingerprint) ?? [] },
        knowsSessions: hasSessions,
      }),
    ),
    nextCursor: rest.length > page.length && last ? encodePlace({ ...last, sort, fromMs, toMs }) : null,
    // A group that neither the register nor the tails know is in a part of a tail that one answer does not read.
    complete:
      sums.value.complete &&
      trends.value.complete &&
      counted.length <= MAX_GROUPS &&
      told.every(({ name }) => known.has(name)),
  });
}

type Sums = CellAnswer & { range: { fromMs: number; toMs: number } };

/** Of every group. Where minutes are too many rows for one answer, a range of some hours is counted by whole hours around it. */
async function readSums(
  ctx: Ctx,
  projectId: string,
  { fromMs, toMs, filters }: GroupsRequest,
): Promise<Result<Sums, ReadError>> {
  const read = async (range: Sums['range']): Promise<Result<Sums, ReadError>> => {
    const question = { stream: 'errors', names: null, stepMs: null, by: null, filters, ...range } as const;
    const answer = await readCells(ctx, projectId, question);
    return answer.ok ? ok({ ...answer.value, range }) : answer;
  };
  const exact = await read({ fromMs, toMs });
  if (!exact.ok || exact.value.complete || exact.value.source === 'records') return exact;
  if (toMs - fromMs < MIN_HOURS_MS) return exact;
  return read({ fromMs: Math.floor(fromMs / HOUR_MS) * HOUR_MS, toMs: Math.ceil(toMs / HOUR_MS) * HOUR_MS });
}

function matches(group: KnownGroup, { text, status }: GroupsRequest): boolean {
  if (status !== null && statusOf(group) !== status) return false;
  if (text === '') return true;
  const { type, message, culprit, fingerprint } = group;
  return [type, message, culprit ?? '', fingerprint].some((part) => part.toLowerCase().includes(text));
}

function weightOf(sort: Sort, known: KnownGroup, cell: Cell, hasSessions: boolean): number {
  switch (sort) {
    case 'count':
      return cell.count;
    case 'sessions':
      return hasSessions ? (cell.sessions?.count ?? 0) : cell.count;
    case 'lastSeen':
      return known.lastSeenMs;
    case 'firstSeen':
      return known.firstSeenMs;
  }
}

/** The most, or the latest, first. */
function comparePlaces(a: Place, b: Place): number {
  return b.weight - a.weight || (a.fingerprint < b.fingerprint ? -1 : a.fingerprint > b.fingerprint ? 1 : 0);
}
