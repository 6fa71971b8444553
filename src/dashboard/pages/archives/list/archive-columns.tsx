import type { Archive } from '../../../../wire/archive.ts';
import type { GridColumn } from '../../../components/list-grid.tsx';
import { StatusDot } from '../../../components/status-dot.tsx';
import { bytes, compact, exact, percent } from '../../../lib/format.ts';
import { now } from '../../../state/clock.ts';
import { batchOf, expiryWords, placeWords, ratioOf, verifiedWords } from '../archive-words.ts';

export const ARCHIVE_COLUMNS: readonly GridColumn<Archive>[] = [
  { id: 'day', label: 'Day', title: ({ key }) => key, cell: (row) => <Day archive={row} /> },
  { id: 'stream', label: 'Stream', cell: ({ stream }) => stream },
  {
    id: 'records',
    label: 'Records',
    numeric: true,
    title: ({ records }) => `${exact(records)} records`,
    cell: ({ records }) => compact(records),
  },
  {
    id: 'raw',
    label: 'Raw',
    numeric: true,
    title: ({ rawBytes }) => `${exact(rawBytes)} bytes`,
    cell: ({ rawBytes }) => bytes(rawBytes),
  },
  {
    id: 'packed',
    label: 'Packed',
    numeric: true,
    title: ({ packedBytes }) => `${exact(packedBytes)} bytes`,
    cell: ({ packedBytes }) => bytes(packedBytes),
  },
  {
    id: 'ratio',
    label: 'Ratio',
    numeric: true,
    cell: (row) => {
      const ratio = ratioOf(row);
      return ratio === null ? '–' : percent(ratio);
    },
  },
  {
    id: 'class',
    label: 'Class',
    cell: ({ storageClass }) => (storageClass === 'Standard' ? 'Standard' : 'Infrequent'),
  },
  {
    id: 'place',
    label: 'Place',
    title: ({ state, hotUntilMs }) =>
      state === 'current' && hotUntilMs !== null && hotUntilMs > now()
        ? 'Its records are in the database too'
        : state === 'current'
          ? 'Its records are in R2 alone'
          : '',
    cell: (row) => {
      const { tone, word } = placeWords(row, now());
      return <StatusDot tone={tone}>{word}</StatusDot>;
    },
  },
  {
    id: 'verified',
    label: 'Read back',
    title: ({ verified }) => verified?.problem ?? '',
    cell: (row) => {
      const { tone, word } = verifiedWords(row);
      return <StatusDot tone={tone}>{word}</StatusDot>;
    },
  },
  {
    id: 'expires',
    label: 'Deleted on',
    title: ({ holdId }) => (holdId === null ? 'By retention' : `Kept by the legal hold ${holdId}`),
    cell: (row) => (row.holdId === null ? expiryWords(row) : <StatusDot tone="warn">{expiryWords(row)}</StatusDot>),
  },
];

function Day({ archive }: { archive: Archive }) {
  return (
    <>
      {archive.day} <span class="faint">{batchOf(archive)}</span>
    </>
  );
}
