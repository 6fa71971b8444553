import type { ErrorGroupDetail } from '../../../wire/error-groups.ts';
import { BarList } from '../../components/bar-list.tsx';
import { Skeleton } from '../../components/states.tsx';
import { LABEL_WORDS, labelTerm, valueText } from '../../lib/label-filters.ts';
import { go, hrefOf } from '../../state/route.ts';

interface BreakdownsProps {
  fingerprint: string;
  /** null while loading. */
  breakdowns: ErrorGroupDetail['breakdowns'] | null;
}

const LABELS = ['release', 'browser', 'os', 'device', 'country', 'page'];
const ROWS = 6;

/** For whom: each value leads to its records. */
export function Breakdowns({ fingerprint, breakdowns }: BreakdownsProps) {
  const shown = breakdowns ?? LABELS.map((label) => ({ label, values: null }));
  return (
    <aside class="side error-side" aria-label="For whom">
      {shown.map(({ label, values }) => (
        <section key={label} class="card panel" aria-label={wordOf(label)}>
          <h2>{wordOf(label)}</h2>
          {values === null ? (
            <Skeleton rows={3} label={`Loading ${wordOf(label).toLowerCase()}`} />
          ) : values.length === 0 ? (
            <p class="faint">Not said by any of them.</p>
          ) : (
            <BarList
              entries={values
                .slice(0, ROWS)
                .map(({ value, count }) => ({ value, count, text: valueText(label, value) }))}
              tone="plain"
              what="errors"
              onChoose={(value) => go(recordsHref(fingerprint, label, value))}
            />
          )}
        </section>
      ))}
    </aside>
  );
}

function wordOf(label: string): string {
  return Object.hasOwn(LABEL_WORDS, label) ? LABEL_WORDS[label as keyof typeof LABEL_WORDS] : label;
}

function recordsHref(fingerprint: string, label: string, value: string): string {
  const q = `${labelTerm('fingerprint', fingerprint)} ${labelTerm(label, value)}`;
  return hrefOf('/logs', { q, stream: 'errors' }, 'frame');
}
