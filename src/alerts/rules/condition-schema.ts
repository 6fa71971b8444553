import * as z from 'zod';
import { statNames } from '../../anomalies/index.ts';
import { isFingerprint } from '../../errors/index.ts';
import { compileQuery } from '../../query/index.ts';
import { MAX_IDENTIFIER_CHARS, MAX_QUERY_CHARS } from '../../wire/limits.ts';
import { STREAMS } from '../../wire/record.ts';
import { isVital, VITALS } from '../../wire/vitals.ts';

const MAX_THRESHOLD = 1e12;
const MAX_FILTERS = 5;
const MAX_LEAST_COUNT = 1_000_000;

export const text = (most: number) =>
  z.string().min(1, 'must not be empty').max(most, `must have at most ${most} characters`);
export const whole = (least: number, most: number) => {
  const sentence = `must be a whole number from ${least} to ${most}`;
  return z.int(sentence).min(least, sentence).max(most, sentence);
};
const identifier = z.lazy(() => text(MAX_IDENTIFIER_CHARS));
const label = z.lazy(() => identifier.nullable().default(null));

const amount = (least: number) => {
  const sentence = `must be a number from ${least} to ${MAX_THRESHOLD}`;
  return z.number(sentence).min(least, sentence).max(MAX_THRESHOLD, sentence);
};
/** What is counted is compared with. */
const count = z.lazy(() => amount(0));

const query = z.lazy(() =>
  z
    .string()
    .max(MAX_QUERY_CHARS, `must have at most ${MAX_QUERY_CHARS} characters`)
    .superRefine((search, check) => {
      const compiled = compileQuery(search);
      if (!compiled.ok) check.addIssue(`character ${compiled.error.position + 1}: ${compiled.error.reason}`);
    }),
);

const logCount = z.lazy(() =>
  z
    .strictObject({
      kind: z.literal('log_count'),
      stream: z.enum(STREAMS),
      query: query.default(''),
      comparison: z.enum(['above', 'below']),
      threshold: count,
      groupBy: label,
    })
    .refine(({ comparison, threshold }) => comparison === 'above' || threshold > 0, {
      path: ['threshold'],
      message: 'must be more than 0: no count is below it',
    }),
);

const measure = z.lazy(() =>
  z
    .strictObject({
      kind: z.literal('measure'),
      source: z.enum(['vitals', 'metrics', 'operations']),
      name: identifier,
      stat: z.enum(['p50', 'p75', 'p90', 'p95', 'p99', 'avg', 'max', 'min', 'sum', 'count', 'failure_rate']),
      labels: z
        .record(identifier, identifier)
        .refine((labels) => Object.keys(labels).length <= MAX_FILTERS, `must have at most ${MAX_FILTERS} labels`)
        .default({}),
      by: label,
      leastCount: whole(0, MAX_LEAST_COUNT).default(1),
      comparison: z.enum(['above', 'below']),
      threshold: amount(-MAX_THRESHOLD),
    })
    .superRefine(({ source, name, stat, labels, by }, check) => {
      const refuse = (path: string, message: string) => check.addIssue({ code: 'custom', path: [path], message });
      if (source === 'vitals' && !isVital(name)) refuse('name', `must be one of ${VITALS.join(', ')}`);
      if (stat === 'failure_rate' && source !== 'operations') refuse('stat', 'is of operations');
      // Rows know each label by itself, and only rows can add up points of cumulative metrics (src/query/cells/read.ts).
      const named = new Set([...Object.keys(labels), ...(by === null ? [] : [by])]);
      if (source === 'metrics' && named.size > 1) refuse('labels', 'of metrics must be of one label, the one of by');
    }),
);

const anomaly = z.lazy(() =>
  z
    .strictObject({
      kind: z.literal('anomaly'),
      stream: z.enum(['vitals', 'operations', 'metrics', 'errors']),
      name: identifier,
      stat: identifier,
      by: label,
    })
    .superRefine(({ stream, name, stat }, check) => {
      const refuse = (path: string, message: string) => check.addIssue({ code: 'custom', path: [path], message });
      if (stream === 'vitals' && !isVital(name)) return refuse('name', `must be one of ${VITALS.join(', ')}`);
      const known = statNames(stream, name);
      if (!known.includes(stat)) refuse('stat', `must be one of ${known.join(', ')}`);
    }),
);

export const conditionSchema = z.lazy(() =>
  z.discriminatedUnion('kind', [
    logCount,
    measure,
    z.strictObject({
      kind: z.literal('error_rate'),
      fingerprint: z
        .string()
        .refine(isFingerprint, 'must be the fingerprint of a group of errors, or null for each of them')
        .nullable()
        .default(null),
      threshold: count,
    }),
    z.strictObject({ kind: z.literal('fraud_score'), minScore: whole(0, 100), threshold: count }),
    z.strictObject({
      kind: z.literal('cookie_bloat'),
      stat: z.enum(['max_bytes', 'avg_bytes', 'max_count']),
      threshold: count,
    }),
    anomaly,
    z.strictObject({ kind: z.literal('silence'), stream: z.enum(STREAMS), query: query.default('') }),
  ]),
);
