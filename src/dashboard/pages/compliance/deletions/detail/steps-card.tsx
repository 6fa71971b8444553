import {
  type DeletionRequest,
  ERASURE_CATEGORIES,
  type ErasureCategory,
  type ErasureStep,
} from '../../../../../wire/compliance.ts';
import { type Column, DataTable } from '../../../../components/data-table.tsx';
import { StatusDot } from '../../../../components/status-dot.tsx';
import { Time } from '../../../../components/time.tsx';
import { exact, percent } from '../../../../lib/format.ts';
import { CATEGORY_WORDS, countWords, STEP_WORDS } from '../deletion-words.ts';

/** What is erased, part by part, and how far that is. */
export function StepsCard({ request: { state, steps } }: { request: DeletionRequest }) {
  const over = steps.filter((step) => step.state === 'done' || step.state === 'held').length;
  return (
    <section class="card detail-card" aria-label="Erasure">
      <header class="detail-card-head">
        <h2 class="grow">Erasure</h2>
        {state === 'running' ? (
          <>
            <progress aria-label="Parts done" value={over} max={Math.max(1, steps.length)} />
            <span class="faint">
              {over} of {steps.length} parts
            </span>
          </>
        ) : null}
      </header>
      {steps.length === 0 ? (
        <p class="faint">
          {state === 'cancelled'
            ? 'Nothing was erased.'
            : `It begins when the grace period ends: ${ERASURE_CATEGORIES.map(inSentence).join(', ')}.`}
        </p>
      ) : (
        <DataTable label="Parts of the erasure" columns={COLUMNS} rows={steps} keyOf={({ category }) => category} />
      )}
    </section>
  );
}

const COLUMNS: Column<ErasureStep>[] = [
  { id: 'category', label: 'Part', cell: ({ category }) => CATEGORY_WORDS[category] },
  {
    id: 'state',
    label: 'State',
    cell: (step) => <StatusDot tone={STEP_WORDS[step.state].tone}>{STEP_WORDS[step.state].word}</StatusDot>,
  },
  {
    id: 'counts',
    label: 'Erased',
    cell: ({ state, counts, problem, attempts }) => (
      <span class="two-lines">
        <span>
          {state === 'done' || Object.keys(counts).length > 0 ? countWords(counts) : <span class="faint">–</span>}
        </span>
        {problem === null ? null : (
          <span class="tone-bad deletion-problem" dir="auto" title={problem}>
            {problem} Tried {exact(attempts)} times.
          </span>
        )}
      </span>
    ),
  },
  {
    id: 'progress',
    label: 'Done',
    numeric: true,
    cell: ({ state, progress, category, finishedAtMs }) =>
      finishedAtMs !== null ? (
        <Time ms={finishedAtMs} />
      ) : state === 'running' ? (
        <span class="deletion-progress">
          <progress
            aria-label={`${CATEGORY_WORDS[category]} erased`}
            {...(progress === null ? {} : { value: progress, max: 1 })}
          />
          {progress === null ? '' : percent(progress)}
        </span>
      ) : (
        <span class="faint">–</span>
      ),
  },
];

/** Only the first letter: ETL stays. */
function inSentence(category: ErasureCategory): string {
  const words = CATEGORY_WORDS[category];
  return words.charAt(0).toLowerCase() + words.slice(1);
}
