import { DECISIONS, type Decision, type DryRun, type DryRunExample } from '../../../wire/fraud.ts';
import { Button } from '../../components/button.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Link } from '../../components/link.tsx';
import { Failure, Notice } from '../../components/states.tsx';
import { Time } from '../../components/time.tsx';
import { dateTime, exact, plural } from '../../lib/format.ts';
import { accountHref } from './event-drawer.tsx';
import { otherRules } from './other-rules.ts';
import type { DryRunControl } from './use-dry-run.ts';
import { DECISION_WORDS, ruleName } from './words.ts';

/** What other rules would have decided of the events of this time. */
export function DryRunPanel({ dryRun }: { dryRun: DryRunControl }) {
  const { result, error, running, isTried, run, stop } = dryRun;
  if (running) {
    return (
      <Notice
        tone="info"
        action={
          <Button small icon="stop" onClick={stop}>
            Stop
          </Button>
        }
      >
        Every event of this time is scored again, for 10 seconds at most. Nothing is changed.
      </Notice>
    );
  }
  if (error) return <Failure line what="The dry run did not work" error={error} onRetry={run} />;
  if (!result) return null;
  return (
    <section class={`card panel fraud-dry-run${isTried ? '' : ' is-stale'}`} aria-label="Dry run">
      <h2>{headline(result)}</h2>
      <p class="faint">
        {plural(result.events, 'event')} from {dateTime(result.fromMs)} to {dateTime(result.toMs)};{' '}
        {exact(result.rescored)} with another score.
        {isTried ? '' : ' The rules below have changed since: this is about the ones before.'}
      </p>
      {result.truncated ? (
        <Notice tone="warn">
          The time has more events than one dry run looks at: these are a part. Choose a shorter time.
        </Notice>
      ) : null}
      <table class="fraud-matrix" aria-label="Decisions before and after">
        <thead>
          <tr>
            <th scope="col">Was decided</th>
            {DECISIONS.map((after) => (
              <th key={after} scope="col">
                would {DECISION_WORDS[after].toLowerCase()}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {DECISIONS.map((before) => (
            <tr key={before}>
              <th scope="row">{DECISION_WORDS[before]}</th>
              {DECISIONS.map((after) => (
                <td key={after} class={cellClass(before, after, result.matrix[before][after])}>
                  {exact(result.matrix[before][after])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {result.examples.length > 0 ? (
        <DataTable
          label="Examples of other decisions"
          columns={COLUMNS}
          rows={result.examples}
          keyOf={({ eventId }) => eventId}
        />
      ) : null}
    </section>
  );
}

function headline({ events, changed }: DryRun): string {
  if (events === 0) return 'There is no event in this time to try the rules on';
  return changed === 0
    ? 'No decision would have been another'
    : `${plural(changed, 'decision')} would have been another`;
}

function signed(points: number): string {
  return points < 0 ? `−${-points}` : `+${points}`;
}

function cellClass(before: Decision, after: Decision, count: number): string {
  if (before === after || count === 0) return 'num';
  return DECISIONS.indexOf(after) > DECISIONS.indexOf(before) ? 'num is-stricter' : 'num is-milder';
}

const COLUMNS: Column<DryRunExample>[] = [
  { id: 'at', label: 'Time', sort: ({ atMs }) => atMs, cell: ({ atMs }) => <Time ms={atMs} /> },
  {
    id: 'user',
    label: 'User',
    sort: ({ userId }) => userId,
    cell: ({ userId }) => (
      <Link href={accountHref(userId)} class="clip fraud-ref" title={userId}>
        <bdi>{userId}</bdi>
      </Link>
    ),
  },
  {
    id: 'before',
    label: 'Was',
    sort: ({ before }) => before.riskScore,
    cell: ({ before }) => `${DECISION_WORDS[before.decision]}, ${before.riskScore}`,
  },
  {
    id: 'after',
    label: 'Would be',
    sort: ({ after }) => after.riskScore,
    cell: ({ after }) => (
      <span title={after.reasons.map(({ detail }) => detail).join('\n')}>
        {DECISION_WORDS[after.decision]}, {after.riskScore}
      </span>
    ),
  },
  {
    id: 'why',
    label: 'By',
    cell: (example) =>
      otherRules(example)
        .slice(0, 2)
        .map(({ rule, by }) => `${ruleName(rule)} ${signed(by)}`)
        .join(', ') || 'the limits of decisions',
  },
];
