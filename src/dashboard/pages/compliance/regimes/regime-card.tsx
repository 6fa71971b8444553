import type { BreachDuty, Regime } from '../../../../wire/compliance.ts';
import { Button } from '../../../components/button.tsx';
import { type Column, DataTable } from '../../../components/data-table.tsx';
import { go } from '../../../state/route.ts';
import { SECTION_WORDS } from '../breaches/breach-words.ts';
import { regimeHref } from './links.ts';
import { periodWords, reminderWords, TO_WHOM_WORDS, WHEN_WORDS, withinWords } from './regime-words.ts';

const COLUMNS: readonly Column<BreachDuty>[] = [
  { id: 'label', label: 'Duty', cell: ({ label }) => <bdi>{label}</bdi> },
  { id: 'whom', label: 'To whom', cell: ({ toWhom }) => TO_WHOM_WORDS[toWhom] },
  { id: 'within', label: 'By when', cell: ({ within }) => withinWords(within) },
  { id: 'when', label: 'Asked for', cell: ({ when }) => WHEN_WORDS[when] },
  { id: 'remind', label: 'Reminders', cell: (duty) => reminderWords(duty) },
  { id: 'source', label: 'Source', cell: ({ source }) => <bdi>{source}</bdi> },
];

/** One law: its clocks in words, and what its report has to say. */
export function RegimeCard({ regime }: { regime: Regime }) {
  const { id, name, builtIn, version, timeZone, breachDuties, erasureWithin, reportSections, source } = regime;
  return (
    <section class="card detail-card regime" aria-label={name}>
      <header class="detail-card-head">
        <h2 class="grow clip" dir="auto" title={name}>
          {name}
        </h2>
        <Button small onClick={() => go(regimeHref('new', id))} label={`Begin another from it: ${name}`}>
          Begin another from it
        </Button>
        {builtIn ? null : (
          <Button small onClick={() => go(regimeHref(id))} label={`Edit ${name}`}>
            Edit
          </Button>
        )}
      </header>
      <p class="faint regime-about">
        <code>{id}</code>, {builtIn ? 'built in' : `version ${version} of your own`}, by the calendar of {timeZone}.{' '}
        <bdi>{source}</bdi>
      </p>
      {breachDuties.length === 0 ? (
        <p>It asks for nothing when there is a breach.</p>
      ) : (
        <DataTable label={`Duties of ${name}`} columns={COLUMNS} rows={breachDuties} keyOf={(duty) => duty.id} />
      )}
      <p>A request for deletion is carried out within {periodWords(erasureWithin)} from its receipt.</p>
      <p class="faint">
        {reportSections.length === 0
          ? 'It asks for no report.'
          : `Its report says ${reportSections.map((section) => SECTION_WORDS[section] ?? section).join(', ')}.`}
      </p>
    </section>
  );
}
