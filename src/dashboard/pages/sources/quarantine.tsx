import { useState } from 'preact/hooks';
import type { Cardinality } from '../../api/types.ts';
import { Button } from '../../components/button.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { compact, exact } from '../../lib/format.ts';
import { seenText } from './rows.ts';

type Item = Cardinality['quarantine']['items'][number];

/** Those of most records; more would push everything else off the page, and one sender that is wrong makes hundreds. */
const SHOWN_ITEMS = 10;

/** Names and values past their limit: records that carry them are kept, but these are not told apart any more. */
export function Quarantine({ cardinality, nowMs }: { cardinality: Cardinality; nowMs: number }) {
  const { names, labels, quarantine } = cardinality;
  const [showsAll, setShowsAll] = useState(false);
  const { items, more } = quarantine;
  const full = labels.filter((label) => label.values >= label.limit);
  return (
    <section class="tab-section" aria-label="Quarantine">
      <h2>Quarantine</h2>
      <p class="faint">
        {exact(names.count)} of {exact(names.limit)} attribute names are in use.
        {full.length > 0 ? ' Labels with as many values as they may have: ' : ''}
        {full.map((label, i) => (
          <>
            {i > 0 ? ', ' : ''}
            <bdi key={label.label}>{label.label}</bdi>
          </>
        ))}
      </p>
      {items.length > 0 ? (
        <>
          <p class="faint">
            Records with the names and values below are stored, with these kept as text in the attribute{' '}
            <code>quarantined</code>. The usual cause is an identifier that is used as a name.
          </p>
          <DataTable
            label="Quarantine"
            columns={columnsOf(nowMs)}
            rows={showsAll ? items : items.slice(0, SHOWN_ITEMS)}
            keyOf={idOf}
          />
        </>
      ) : null}
      {items.length > SHOWN_ITEMS && !showsAll ? (
        <p>
          <Button onClick={() => setShowsAll(true)}>Show all {items.length}</Button>
        </p>
      ) : null}
      {more ? <p class="faint">There are more than are listed.</p> : null}
    </section>
  );
}

function idOf(item: Item): string {
  return JSON.stringify([item.kind, item.name, item.value]);
}

function columnsOf(nowMs: number): readonly Column<Item>[] {
  return [
    {
      id: 'what',
      label: 'What',
      sort: (item) => item.kind,
      cell: (item) => (item.kind === 'name' ? 'Attribute name' : 'Value of a label'),
    },
    { id: 'name', label: 'Name', sort: (item) => item.name, cell: (item) => text(item.name) },
    {
      id: 'value',
      label: 'Value',
      sort: (item) => item.value ?? '',
      cell: (item) => (item.value === null ? <span class="faint">any</span> : text(item.value)),
    },
    {
      id: 'records',
      label: 'Records',
      numeric: true,
      sort: (item) => item.records,
      cell: (item) => <span title={exact(item.records)}>{compact(item.records)}</span>,
    },
    {
      id: 'first',
      label: 'First seen',
      numeric: true,
      sort: (item) => item.firstSeenAtMs,
      cell: (item) => seenText(item.firstSeenAtMs, nowMs),
    },
    {
      id: 'last',
      label: 'Last seen',
      numeric: true,
      sort: (item) => item.lastSeenAtMs,
      cell: (item) => seenText(item.lastSeenAtMs, nowMs),
    },
  ];
}

function text(value: string) {
  return (
    <span class="clip" title={value}>
      <bdi>{value}</bdi>
    </span>
  );
}
