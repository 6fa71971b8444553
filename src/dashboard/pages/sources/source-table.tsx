import type { Protocol } from '../../../wire/protocols.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { StatusDot } from '../../components/status-dot.tsx';
import { bytes, compact, exact, timeTitle } from '../../lib/format.ts';
import { type SourceRow, seenText } from './rows.ts';

const PROTOCOLS: Record<Protocol, string> = {
  beacon: 'Browsers',
  ingest: 'JSON (/api/ingest)',
  otlp: 'OTLP (/v1)',
  loki: 'Loki push',
  elastic: 'Elasticsearch _bulk',
  etl: 'ETL',
  fraud: 'Fraud events',
  socket: 'WebSocket',
  own_log: 'Own log',
};

interface SourceTableProps {
  rows: readonly SourceRow[];
  more: boolean;
  nowMs: number;
}

/** Keys by clients. What a client says of itself is shown, not believed. */
export function SourceTable({ rows, more, nowMs }: SourceTableProps) {
  return (
    <>
      <DataTable label="Sources" columns={columnsOf(nowMs)} rows={rows} keyOf={(row) => row.id} />
      {more ? <p class="faint">Only the sources that were seen last are listed.</p> : null}
    </>
  );
}

function columnsOf(nowMs: number): readonly Column<SourceRow>[] {
  return [
    {
      id: 'state',
      label: 'State',
      sort: (row) => row.state.word,
      cell: (row) => <StatusDot tone={row.state.tone}>{row.state.word}</StatusDot>,
    },
    {
      id: 'key',
      label: 'Key',
      sort: (row) => row.keyName,
      cell: (row) => (
        <span class="clip" title={row.keyId}>
          <bdi>{row.keyName}</bdi>
        </span>
      ),
    },
    {
      id: 'client',
      label: 'Client',
      sort: (row) => row.client?.userAgent ?? '',
      cell: (row) => {
        if (row.client === null) return <span class="faint">none seen</span>;
        const name = row.client.userAgent;
        if (name === '') return <span class="faint">does not say</span>;
        return (
          <span class="clip" title={name === '(other)' ? 'Clients past the 50 that are told apart for a key' : name}>
            <bdi>{name}</bdi>
          </span>
        );
      },
    },
    {
      id: 'protocol',
      label: 'Protocol',
      sort: (row) => row.client?.protocol ?? '',
      cell: (row) => (row.client ? PROTOCOLS[row.client.protocol] : null),
    },
    {
      id: 'records',
      label: 'Records',
      numeric: true,
      sort: (row) => row.client?.records ?? 0,
      cell: (row) => (row.client ? <span title={exact(row.client.records)}>{compact(row.client.records)}</span> : null),
    },
    {
      id: 'bytes',
      label: 'Data',
      numeric: true,
      sort: (row) => row.client?.bytes ?? 0,
      cell: (row) => (row.client ? <span title={exact(row.client.bytes)}>{bytes(row.client.bytes)}</span> : null),
    },
    {
      id: 'seen',
      label: 'Last seen',
      numeric: true,
      sort: (row) => row.lastSeenAtMs ?? 0,
      cell: (row) =>
        row.lastSeenAtMs === null ? (
          <span class="faint">never</span>
        ) : (
          <time dateTime={new Date(row.lastSeenAtMs).toISOString()} title={timeTitle(row.lastSeenAtMs, nowMs)}>
            {seenText(row.lastSeenAtMs, nowMs)}
          </time>
        ),
    },
  ];
}
