import type { ApiKey, Ledger } from '../../api/types.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Link } from '../../components/link.tsx';
import { Time } from '../../components/time.tsx';
import { minute, plural } from '../../lib/format.ts';
import { hrefOf } from '../../state/route.ts';
import { type RefusalWords, refusalDocs, refusalWords, rejectionWords } from './refusal-words.ts';
import { keyNameOf } from './rows.ts';

const MINUTE_MS = 60_000;

interface Turned {
  id: string;
  keyId: string;
  count: string;
  words: RefusalWords;
  /** Of a refusal; rejected records have none. */
  code: string | null;
  lastMinute: number;
}

/** What was rejected or refused in the time that is shown: why, and what to do about it. */
export function TurnedAway({ ledger, keys }: { ledger: Ledger; keys: readonly ApiKey[] | null }) {
  const rows = rowsOf(ledger);
  if (rows.length === 0) return <p class="faint">Nothing was rejected or refused in this time.</p>;
  return <DataTable label="Rejected and refused" columns={columnsOf(keys)} rows={rows} keyOf={(row) => row.id} />;
}

function rowsOf(ledger: Ledger): Turned[] {
  const refused = ledger.refusals.map(({ keyId, code, requests, lastMinute }) => ({
    id: JSON.stringify(['refused', keyId, code]),
    ...{ keyId, code, lastMinute, words: refusalWords(code), count: `${plural(requests, 'request')} refused` },
  }));
  const rejected = ledger.reasons.map(({ keyId, reason, records, lastMinute }) => ({
    id: JSON.stringify(['rejected', keyId, reason]),
    ...{ keyId, code: null, lastMinute, words: rejectionWords(reason), count: `${plural(records, 'record')} rejected` },
  }));
  return [...refused, ...rejected].sort((a, b) => b.lastMinute - a.lastMinute);
}

function columnsOf(keys: readonly ApiKey[] | null): readonly Column<Turned>[] {
  return [
    {
      id: 'why',
      label: 'Why',
      sort: (row) => row.words.what,
      cell: (row) => (
        <strong class="wrap">
          <bdi>{row.words.what}</bdi>
        </strong>
      ),
    },
    { id: 'count', label: 'What', cell: (row) => row.count },
    {
      id: 'key',
      label: 'Key',
      sort: (row) => keyNameOf(row.keyId, keys),
      cell: (row) => (
        <span class="clip" title={row.keyId}>
          <bdi>{keyNameOf(row.keyId, keys)}</bdi>
        </span>
      ),
    },
    {
      id: 'todo',
      label: 'What to do',
      cell: (row) => (
        <span class="wrap">
          {row.words.todo}{' '}
          {row.code === null ? (
            <Link href={aroundHref(row.lastMinute)}>Records stored around then</Link>
          ) : (
            <a href={refusalDocs(row.code)} target="_blank" rel="noreferrer">
              About {row.code}
            </a>
          )}
        </span>
      ),
    },
    {
      id: 'last',
      label: 'Last',
      numeric: true,
      sort: (row) => row.lastMinute,
      cell: (row) => <Time ms={row.lastMinute} format={minute} />,
    },
  ];
}

/** A rejected record is not stored, so it cannot be found; its neighbours can. */
function aroundHref(atMs: number): string {
  const around = { range: null, from: String(atMs - MINUTE_MS), to: String(atMs + 2 * MINUTE_MS) };
  return hrefOf('/logs', { ...around, stream: 'all' }, 'frame');
}
