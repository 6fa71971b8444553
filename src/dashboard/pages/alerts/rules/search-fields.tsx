import { useCallback, useMemo } from 'preact/hooks';
import type { Condition } from '../../../../wire/alerts.ts';
import { STREAMS, type Stream } from '../../../../wire/record.ts';
import { getFacets, type Scope } from '../../../api/query.ts';
import { QueryInput } from '../../../components/query/query-input.tsx';
import { asSentence } from '../../../lib/errors.ts';
import { ENVELOPE_FIELDS, facetName } from '../../../lib/query-edit.ts';
import { now } from '../../../state/clock.ts';
import { useQueryFault } from '../../../state/use-query-fault.ts';
import type { ConditionProps } from './condition-fields.tsx';
import { ChoiceField, ComparisonField, NameField, ThresholdField } from './form-fields.tsx';

type Of<Kind extends Condition['kind']> = Extract<Condition, { kind: Kind }>;

export function LogCountFields({ project, condition, onChange, reason }: ConditionProps<Of<'log_count'>>) {
  return (
    <>
      <StreamField value={condition.stream} onChange={(stream) => onChange({ ...condition, stream })} />
      <SearchField
        {...{ project, condition }}
        error={reason('/query')}
        onChange={(query) => onChange({ ...condition, query })}
      />
      <ComparisonField value={condition.comparison} onChange={(comparison) => onChange({ ...condition, comparison })} />
      <ThresholdField
        label="Records"
        value={condition.threshold}
        onInput={(threshold) => onChange({ ...condition, threshold })}
        error={reason('/threshold')}
      />
      <NameField
        label="One alert for each"
        hint="A field, such as service. Empty is one for all."
        value={condition.groupBy ?? ''}
        options={ENVELOPE_FIELDS}
        onInput={(field) => onChange({ ...condition, groupBy: field.trim() || null })}
        error={reason('/groupBy')}
      />
    </>
  );
}

export function SilenceFields({ project, condition, onChange, reason }: ConditionProps<Of<'silence'>>) {
  return (
    <>
      <StreamField value={condition.stream} onChange={(stream) => onChange({ ...condition, stream })} />
      <SearchField
        {...{ project, condition }}
        error={reason('/query')}
        onChange={(query) => onChange({ ...condition, query })}
      />
    </>
  );
}

function StreamField({ value, onChange }: { value: Stream; onChange: (stream: Stream) => void }) {
  return <ChoiceField label="Stream" value={value} options={STREAMS} onChange={onChange} />;
}

interface SearchFieldProps {
  project: string;
  condition: { stream: Stream; query: string };
  onChange: (query: string) => void;
  error: string | null;
}

const DAY_MS = 86_400_000;
const COMPLETED_VALUES = 20;

/** The search as on Logs, with the values of the last day to complete it. */
function SearchField({ project, condition, onChange, error }: SearchFieldProps) {
  const { stream, query } = condition;
  const fault = useQueryFault(project, error === null ? null : query);
  const scope = useMemo<Scope>(() => {
    const toMs = now();
    return { project, stream, q: '', fromMs: toMs - DAY_MS, toMs };
  }, [project, stream]);
  const loadValues = useCallback(
    async (field: string, signal: AbortSignal) => {
      const answer = await getFacets(scope, [facetName(field)], COMPLETED_VALUES, signal);
      return answer.ok ? (answer.value.facets[0]?.values ?? []) : [];
    },
    [scope],
  );
  return (
    <div class="field rule-wide">
      <span class="field-label">Search</span>
      <QueryInput
        action={null}
        label="Search that records match"
        value={query}
        onCommit={onChange}
        fault={fault}
        fields={ENVELOPE_FIELDS}
        loadValues={loadValues}
      />
      {error ? (
        <p class="field-error" role="alert">
          {fault ? asSentence(fault.reason) : error}
        </p>
      ) : (
        <p class="field-hint">The language of Logs. Empty matches every record of the stream.</p>
      )}
    </div>
  );
}
