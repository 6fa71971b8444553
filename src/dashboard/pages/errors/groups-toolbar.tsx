import type { ErrorGroup } from '../../../wire/error-groups.ts';
import { ERROR_SORTS, type ErrorsQuery } from '../../api/errors.ts';
import { AddFilter } from '../../components/add-filter.tsx';
import { ExportMenu } from '../../components/chart/export-menu.tsx';
import { FilterChips } from '../../components/filter-chips.tsx';
import { SearchField } from '../../components/search-field.tsx';
import type { CsvRow } from '../../lib/download.ts';
import { setParams } from '../../state/route.ts';
import { SORT_WORDS, STATUS_WORDS, STATUSES } from './groups-query.ts';

interface GroupsToolbarProps {
  query: ErrorsQuery;
  /** What is loaded of the list. */
  groups: readonly ErrorGroup[];
}

export function GroupsToolbar({ query, groups }: GroupsToolbarProps) {
  return (
    <div class="list-toolbar">
      <SearchField
        label="Search errors"
        placeholder="Type, message or place"
        value={query.q}
        onSearch={(q) => setParams({ q: q === '' ? null : q })}
      />
      <FilterChips filters={query.filters} />
      <AddFilter project={query.project} stream="errors" filters={query.filters} span={query} />
      <span class="grow" />
      <select
        class="select select-small"
        aria-label="Status"
        value={query.status ?? ''}
        onChange={(event) => setParams({ status: event.currentTarget.value })}
      >
        <option value="">Any status</option>
        {STATUSES.map((status) => (
          <option key={status} value={status}>
            {STATUS_WORDS[status]}
          </option>
        ))}
      </select>
      <select
        class="select select-small"
        aria-label="Order"
        value={query.sort}
        onChange={(event) =>
          setParams({ sort: event.currentTarget.value === 'count' ? null : event.currentTarget.value })
        }
      >
        {ERROR_SORTS.map((sort) => (
          <option key={sort} value={sort}>
            {SORT_WORDS[sort]}
          </option>
        ))}
      </select>
      <ExportMenu title="Groups of errors" rows={groups.length > 0 ? () => rowsOf(groups) : null} />
    </div>
  );
}

function rowsOf(groups: readonly ErrorGroup[]): CsvRow[] {
  return [
    [
      'fingerprint',
      'type',
      'message',
      'culprit',
      'errors',
      'sessions',
      'first seen',
      'last seen',
      'status',
      'releases',
    ],
    ...groups.map(
      ({ fingerprint, type, message, culprit, count, sessions, firstSeenMs, lastSeenMs, status, releases }) => [
        ...[fingerprint, type, message, culprit, count, sessions],
        ...[new Date(firstSeenMs).toISOString(), new Date(lastSeenMs).toISOString()],
        status,
        releases.map(({ release }) => release).join(' '),
      ],
    ),
  ];
}
