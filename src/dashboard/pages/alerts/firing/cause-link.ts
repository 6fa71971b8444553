import type { Condition, Firing } from '../../../../wire/alerts.ts';
import type { Stream } from '../../../../wire/record.ts';
import { BROWSER_LABELS } from '../../../../wire/vitals.ts';
import { quoteValue, toggleTerm } from '../../../lib/query-edit.ts';
import { rangeParams, type Span } from '../../../lib/range.ts';
import { streamParam } from '../../../lib/stream.ts';

export interface Cause {
  label: string;
  path: string;
  params: Record<string, string | null>;
}

/** Stands for all groups beyond the hundredth: no search finds exactly those. */
const OTHERS = '(other)';

/** The time that a firing is about: from the window before its condition held to its end. */
export function causeSpan({ pendingSinceMs, resolvedAtMs }: Firing, windowSeconds: number, nowMs: number): Span {
  return { fromMs: pendingSinceMs - windowSeconds * 1_000, toMs: resolvedAtMs ?? nowMs };
}

/** Where what caused it is seen: the records, the chart or the list, with the same search and the time that it is about. */
export function causeOf(firing: Firing, condition: Condition, span: Span): Cause {
  const time = rangeParams({ kind: 'fixed', fromMs: Math.floor(span.fromMs), toMs: Math.ceil(span.toMs) });
  const group = firing.group === OTHERS ? '' : firing.group;
  const logs = (label: string, stream: Stream, q: string): Cause => ({
    label,
    path: '/logs',
    params: { ...time, stream: streamParam(stream), q },
  });
  switch (condition.kind) {
    case 'log_count': {
      const { groupBy, stream, query } = condition;
      const q = groupBy === null || group === '' ? query : toggleTerm(query, groupBy, group, false);
      return logs('Records that were counted', stream, q);
    }
    case 'silence':
      return logs('Records that should have come', condition.stream, condition.query);
    case 'error_rate': {
      const fingerprint = condition.fingerprint ?? group;
      return fingerprint === ''
        ? { label: 'Errors of that time', path: '/errors', params: time }
        : { label: 'The group of errors', path: `/errors/${encodeURIComponent(fingerprint)}`, params: time };
    }
    case 'fraud_score':
      return {
        label: 'Fraud events of that time',
        path: '/fraud',
        params: { ...time, min: String(condition.minScore) },
      };
    case 'cookie_bloat':
      return { label: 'Cookies of the day', path: '/fraud/cookies', params: time };
    case 'measure':
    case 'anomaly': {
      const source = condition.kind === 'measure' ? condition.source : condition.stream;
      const labels = condition.kind === 'measure' ? condition.labels : {};
      const all = condition.by === null || group === '' ? labels : { ...labels, [condition.by]: group };
      return measured(source, condition.name, all, time, logs);
    }
  }
}

function measured(
  source: 'vitals' | 'operations' | 'metrics' | 'errors',
  name: string,
  labels: Record<string, string>,
  time: Cause['params'],
  logs: (label: string, stream: Stream, q: string) => Cause,
): Cause {
  switch (source) {
    case 'vitals': {
      const known = Object.entries(labels).filter(([label]) => (BROWSER_LABELS as readonly string[]).includes(label));
      return {
        label: `${name} of that time`,
        path: '/vitals',
        params: { ...time, vital: name, ...Object.fromEntries(known) },
      };
    }
    case 'operations':
      return {
        label: 'Operations of that time',
        path: name === 'profile' ? '/operations/profile' : '/operations',
        params: time,
      };
    case 'errors':
      return { label: 'Errors of that time', path: '/errors', params: time };
    case 'metrics':
      return logs('Records of the metric', 'metrics', `attrs.name:${quoteValue(name)}`);
  }
}
