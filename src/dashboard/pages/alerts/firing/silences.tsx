import type { Silence } from '../../../../wire/alerts.ts';
import type { ListedRule } from '../../../api/alerts.ts';
import { Button } from '../../../components/button.tsx';
import { type Column, DataTable } from '../../../components/data-table.tsx';
import { Failure } from '../../../components/states.tsx';
import { Time } from '../../../components/time.tsx';
import { dateTime, plural, relative } from '../../../lib/format.ts';
import { now } from '../../../state/clock.ts';
import { mayDecide } from '../../../state/roles.ts';
import { silenceTimes } from './silence-times.ts';
import type { Silencing } from './use-silencing.ts';

interface SilencesProps {
  silencing: Silencing;
  rules: ReadonlyMap<string, ListedRule>;
}

/** What nobody is told of, until when and why. */
export function Silences({ silencing, rules }: SilencesProps) {
  const { silences, end, setDraft } = silencing;
  const items = silences.data?.items ?? [];
  const [hour] = silenceTimes(now());
  return (
    <section class="alerts-silences" aria-label="Silences">
      <header class="page-head">
        <h2 class="grow">
          {silences.data === null
            ? 'Silences'
            : items.length === 0
              ? 'Nothing is silenced'
              : plural(items.length, 'silence')}
        </h2>
        {mayDecide.value ? (
          <Button small icon="plus" onClick={() => setDraft({ matchers: {}, untilMs: hour?.untilMs ?? now() })}>
            Silence something
          </Button>
        ) : null}
      </header>
      {silences.error ? (
        <Failure line what="The silences could not be loaded" error={silences.error} onRetry={silences.reload} />
      ) : null}
      {items.length === 0 ? null : (
        <DataTable
          label="Silences"
          columns={columns(rules, mayDecide.value ? (silence) => void end(silence) : null)}
          rows={items}
          keyOf={({ id }) => id}
        />
      )}
    </section>
  );
}

function columns(
  rules: ReadonlyMap<string, ListedRule>,
  onEnd: ((silence: Silence) => void) | null,
): Column<Silence>[] {
  const all: Column<Silence>[] = [
    {
      id: 'what',
      label: 'What',
      cell: ({ matchers }) => (
        <ul class="alerts-labels">
          {Object.entries(matchers).map(([name, value]) => (
            <li key={name} class="clip" title={`${name}: ${value}`}>
              <span class="faint">{name}</span> <bdi>{name === 'rule' ? (rules.get(value)?.name ?? value) : value}</bdi>
            </li>
          ))}
        </ul>
      ),
    },
    {
      id: 'until',
      label: 'Until',
      sort: ({ untilMs }) => untilMs,
      cell: ({ untilMs }) => <Time ms={untilMs} format={(ms) => `${dateTime(ms)}, ${relative(ms, now())}`} />,
    },
    {
      id: 'why',
      label: 'Why',
      cell: ({ comment }) => (comment === null ? <span class="faint">nothing said</span> : <bdi>{comment}</bdi>),
    },
    {
      id: 'by',
      label: 'By',
      sort: ({ createdByName }) => createdByName,
      cell: ({ createdByName }) => <bdi>{createdByName}</bdi>,
    },
  ];
  if (onEnd === null) return all;
  return [
    ...all,
    {
      id: 'end',
      label: 'Action',
      cell: (silence) => (
        <Button small onClick={() => onEnd(silence)}>
          End now
        </Button>
      ),
    },
  ];
}
