import { OTHER } from '../../blocks/index.ts';
import { toLevel } from '../../ingest/index.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { parseTime } from '../../shared/time.ts';
import { isStream, LEVELS, type Level, STREAMS } from '../../wire/record.ts';
import type { FieldTest, QueryError, QueryNode, Span } from '../language/ast.ts';
import { compileGlob, matchesWhole } from './glob.ts';
import type { BlockFacts, Plan, Verdict } from './plan.ts';
import { holds, scalarTest } from './values.ts';

type FieldNode = Extract<QueryNode, { kind: 'field' }>;

const LEVEL_ORDER = new Map<Level, number>(LEVELS.map((level, index) => [level, index]));

/** Levels compare by severity, and take the names that ingest takes. */
export function levelPlan({ test, span }: FieldNode): Result<Plan, QueryError> {
  const accepted = acceptedLevels(test, span);
  if (!accepted.ok) return accepted;
  const levels = new Set(accepted.value);
  return ok({
    matches: (record) => levels.has(record.level),
    need: null,
    clauses: [],
    verdict: ({ summary }) => {
      if (!summary) return 'some';
      let matching = 0;
      for (const level of levels) matching += summary.levels[level] ?? 0;
      return share(matching, summary.records);
    },
    levels,
    wantsSummary: true,
  });
}

function acceptedLevels(test: FieldTest, span: Span): Result<Level[], QueryError> {
  const unknown = (name: string): Result<never, QueryError> =>
    err({
      ...span,
      reason: `"${name}" is no level; there are ${LEVELS.join(', ')} (a level of the sender's own is in attrs.level)`,
    });
  switch (test.kind) {
    case 'exists':
      return ok([...LEVELS]);
    case 'text': {
      const level = toLevel(test.text);
      return level ? ok([level]) : unknown(test.text);
    }
    case 'glob': {
      const glob = compileGlob(test.parts);
      return ok(LEVELS.filter((level) => matchesWhole(glob, level)));
    }
    case 'compare': {
      const bound = toLevel(test.bound);
      return bound
        ? ok(LEVELS.filter((level) => holds(test.op, severity(level) - severity(bound))))
        : unknown(test.bound);
    }
    case 'range': {
      const low = test.low === null ? 'trace' : toLevel(test.low);
      const high = test.high === null ? 'fatal' : toLevel(test.high);
      if (!low) return unknown(test.low ?? '');
      if (!high) return unknown(test.high ?? '');
      const above = test.lowInclusive || test.low === null ? '>=' : '>';
      const below = test.highInclusive || test.high === null ? '<=' : '<';
      return ok(
        LEVELS.filter(
          (level) => holds(above, severity(level) - severity(low)) && holds(below, severity(level) - severity(high)),
        ),
      );
    }
  }
}

function severity(level: Level): number {
  return LEVEL_ORDER.get(level) as number;
}

export function streamPlan({ test, span }: FieldNode): Result<Plan, QueryError> {
  if (test.kind === 'text' && !isStream(test.text.toLowerCase())) {
    return err({ ...span, reason: `"${test.text}" is no stream; there are ${STREAMS.join(', ')}` });
  }
  const accepts = test.kind === 'exists' ? () => true : scalarTest(test);
  const streams = new Set(STREAMS.filter(accepts));
  return ok({
    matches: (record) => streams.has(record.stream),
    need: null,
    clauses: [],
    verdict: ({ stream }) => (streams.has(stream) ? 'all' : 'none'),
    levels: null,
    wantsSummary: false,
  });
}

/** `base` decides record by record; the counts of services decide for whole blocks. */
export function servicePlan(test: FieldTest, base: Plan): Plan {
  const accepts = test.kind === 'exists' ? (value: string) => value !== '' : scalarTest(test);
  return {
    ...base,
    wantsSummary: true,
    verdict: ({ summary }) => {
      if (!summary) return 'some';
      let matching = 0;
      for (const [service, count] of Object.entries(summary.services)) {
        // Services that were folded are not known by name; one that is called so is not told apart from them.
        if (service === OTHER) return 'some';
        if (accepts(service)) matching += count;
      }
      return share(matching, summary.records);
    },
  };
}

export function timePlan({ test, span }: FieldNode): Result<Plan, QueryError> {
  const bounds = timeBounds(test);
  if (bounds === null)
    return err({ ...span, reason: 'a time is Unix milliseconds or ISO 8601, as in ts:>=2026-01-31T08:00:00Z' });
  const { fromMs, toMs } = bounds;
  return ok({
    matches: (record) => record.ts >= fromMs && record.ts <= toMs,
    need: null,
    clauses: [],
    verdict: ({ minTs, maxTs }: BlockFacts) =>
      maxTs < fromMs || minTs > toMs ? 'none' : minTs >= fromMs && maxTs <= toMs ? 'all' : 'some',
    levels: null,
    wantsSummary: false,
  });
}

/** Both inclusive. */
function timeBounds(test: FieldTest): { fromMs: number; toMs: number } | null {
  const all = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };
  switch (test.kind) {
    case 'exists':
      return all;
    case 'text': {
      const at = parseTime(test.text);
      return at === null ? null : { fromMs: at, toMs: at };
    }
    case 'glob':
      return null;
    case 'compare': {
      const at = parseTime(test.bound);
      if (at === null) return null;
      if (test.op === '>' || test.op === '>=') return { ...all, fromMs: test.op === '>' ? at + 1 : at };
      return { ...all, toMs: test.op === '<' ? at - 1 : at };
    }
    case 'range': {
      const low = test.low === null ? all.fromMs : parseTime(test.low);
      const high = test.high === null ? all.toMs : parseTime(test.high);
      if (low === null || high === null) return null;
      return { fromMs: test.lowInclusive ? low : low + 1, toMs: test.highInclusive ? high : high - 1 };
    }
  }
}

function share(matching: number, records: number): Verdict {
  return matching === 0 ? 'none' : matching === records ? 'all' : 'some';
}
