import { useState } from 'preact/hooks';
import type { Condition } from '../../../../wire/alerts.ts';
import { OPERATION_SCOPES } from '../../../../wire/operations.ts';
import { VITALS } from '../../../../wire/vitals.ts';
import { listMetricNames } from '../../../api/query.ts';
import { useResource } from '../../../state/use-resource.ts';
import { pairsOf, recordOf } from '../pairs.ts';
import { PairsField } from '../pairs-field.tsx';
import { statWords } from '../rule-words.ts';
import type { ConditionProps } from './condition-fields.tsx';
import { ChoiceField, ComparisonField, NameField, ThresholdField } from './form-fields.tsx';

type Measure = Extract<Condition, { kind: 'measure' }>;
type Anomaly = Extract<Condition, { kind: 'anomaly' }>;

const SOURCES = ['vitals', 'operations', 'metrics'] as const;
const SOURCE_WORDS = {
  vitals: 'a web vital',
  operations: 'operations',
  metrics: 'a metric',
  errors: 'errors',
} as const;
const QUANTILES = ['p50', 'p75', 'p90', 'p95', 'p99'] as const;
const STATS: Record<Measure['source'], readonly Measure['stat'][]> = {
  vitals: [...QUANTILES, 'avg', 'max', 'count'],
  operations: [...QUANTILES, 'avg', 'max', 'count', 'failure_rate'],
  metrics: [...QUANTILES, 'avg', 'max', 'min', 'sum', 'count'],
};
const LABELS: Record<Measure['source'], readonly string[]> = {
  vitals: ['page', 'device', 'browser', 'os', 'country', 'connection', 'release'],
  operations: ['gateway', 'operation'],
  metrics: [],
};
const ANOMALY_SOURCES = ['operations', 'vitals', 'metrics', 'errors'] as const;
const ANOMALY_STATS: Record<Anomaly['stream'], readonly string[]> = {
  operations: ['p95', 'failedShare', 'count', 'p50', 'p99', 'avg'],
  vitals: ['p75', 'p50', 'p95', 'p99', 'count', 'poorShare'],
  metrics: ['avg', 'min', 'max', 'sum', 'count', ...QUANTILES],
  errors: ['count'],
};

/** The name that a source begins with. */
const FIRST_NAMES = { vitals: 'LCP', operations: 'p2p', metrics: '', errors: '' } as const;

export function MeasureFields({ project, condition, onChange, reason }: ConditionProps<Measure>) {
  const { source, name, stat, by, labels, leastCount } = condition;
  const [pairs, setPairs] = useState(() => pairsOf(labels));
  const names = useNames(project, source);
  return (
    <>
      <ChoiceField
        label="Of"
        value={source}
        options={SOURCES}
        words={SOURCE_WORDS}
        onChange={(next) => {
          setPairs([]);
          const stats = STATS[next];
          onChange({
            ...condition,
            ...{ source: next, name: FIRST_NAMES[next], by: null, labels: {} },
            stat: stats.includes(stat) ? stat : (stats[0] ?? stat),
          });
        }}
      />
      <NameField
        label="Name"
        value={name}
        options={names}
        onInput={(text) => onChange({ ...condition, name: text })}
        error={reason('/name') ?? (name.trim() === '' ? 'A name is needed.' : null)}
      />
      <ChoiceField
        label="What of it"
        value={stat}
        options={STATS[source]}
        words={wordsOf(STATS[source])}
        onChange={(next) => onChange({ ...condition, stat: next })}
        error={reason('/stat')}
      />
      <ComparisonField value={condition.comparison} onChange={(comparison) => onChange({ ...condition, comparison })} />
      <ThresholdField
        label="Threshold"
        hint={hintOf(condition)}
        value={condition.threshold}
        onInput={(threshold) => onChange({ ...condition, threshold })}
        error={reason('/threshold')}
      />
      <ThresholdField
        label="With at least so many"
        hint="With fewer in the window nothing is known."
        value={leastCount}
        onInput={(count) => onChange({ ...condition, leastCount: count })}
        error={reason('/leastCount')}
      />
      <NameField
        label="One alert for each"
        hint="A label. Empty is one for all."
        value={by ?? ''}
        options={LABELS[source]}
        onInput={(text) => onChange({ ...condition, by: text.trim() || null })}
        error={reason('/by')}
      />
      <div class="rule-wide">
        <PairsField
          legend="Only what has these labels"
          what="filter"
          error={reason('/labels')}
          pairs={pairs}
          onChange={(next) => {
            setPairs(next);
            onChange({ ...condition, labels: recordOf(next) });
          }}
        />
      </div>
    </>
  );
}

function wordsOf<Stat extends string>(stats: readonly Stat[]): Partial<Record<Stat, string>> {
  return Object.fromEntries(stats.map((stat) => [stat, statWords(stat)])) as Partial<Record<Stat, string>>;
}

function hintOf({ source, name, stat }: Measure): string {
  if (stat === 'count') return 'How many in the window.';
  if (stat === 'failure_rate') return 'From 0 to 1: 0.05 is 5 %.';
  if (source === 'metrics') return 'In the unit of the metric.';
  return name === 'CLS' ? 'A score, such as 0.1.' : 'In milliseconds.';
}

export function AnomalyFields({ project, condition, onChange, reason }: ConditionProps<Anomaly>) {
  const { stream, name, stat, by } = condition;
  const names = useNames(project, stream);
  const stats = ANOMALY_STATS[stream];
  return (
    <>
      <ChoiceField
        label="Of"
        value={stream}
        options={ANOMALY_SOURCES}
        words={SOURCE_WORDS}
        onChange={(next) =>
          onChange({
            ...condition,
            stream: next,
            name: FIRST_NAMES[next],
            stat: ANOMALY_STATS[next][0] ?? stat,
            by: null,
          })
        }
      />
      <NameField
        label="Name"
        hint={stream === 'errors' ? 'The fingerprint of a group.' : 'What is usual is learned from its earlier weeks.'}
        value={name}
        options={names}
        onInput={(text) => onChange({ ...condition, name: text })}
        error={reason('/name') ?? (name.trim() === '' ? 'A name is needed.' : null)}
      />
      <ChoiceField
        label="What of it"
        value={stat}
        options={stats.includes(stat) ? stats : [stat, ...stats]}
        words={wordsOf(stats)}
        onChange={(next) => onChange({ ...condition, stat: next })}
        error={reason('/stat')}
      />
      <NameField
        label="One alert for each"
        hint="A label. Empty is one for all."
        value={by ?? ''}
        options={stream === 'errors' ? [] : LABELS[stream]}
        onInput={(text) => onChange({ ...condition, by: text.trim() || null })}
        error={reason('/by')}
      />
    </>
  );
}

/** Names that are offered; any other may be typed. */
function useNames(project: string, source: Anomaly['stream']): readonly string[] {
  const metrics = useResource(source === 'metrics' ? project : null, (signal) => listMetricNames(project, signal));
  switch (source) {
    case 'vitals':
      return VITALS;
    case 'operations':
      return OPERATION_SCOPES;
    case 'metrics':
      return metrics.data?.items.map(({ name }) => name) ?? [];
    case 'errors':
      return [];
  }
}
