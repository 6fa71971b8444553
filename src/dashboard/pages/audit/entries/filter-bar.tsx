import { type AuditFilters, auditExportUrl } from '../../../api/audit.ts';
import { Button } from '../../../components/button.tsx';
import { Chip } from '../../../components/chip.tsx';
import { Icon } from '../../../components/icon.tsx';
import { Menu } from '../../../components/menu.tsx';
import { SearchField } from '../../../components/search-field.tsx';
import { SpanMenu } from '../../../components/span-menu.tsx';
import type { OwnSpan } from '../../../lib/own-span.ts';
import { setParams } from '../../../state/route.ts';
import { AddAuditFilter } from './add-audit-filter.tsx';
import { FILTER_WORDS, filterList, filterParams, filterText, NO_FILTERS } from './filters.ts';

interface FilterBarProps {
  filters: AuditFilters;
  span: OwnSpan;
  /** Names by id. */
  projects: ReadonlyMap<string, string>;
  onRefresh: () => void;
}

const FORMATS = [
  { format: 'ndjson', label: 'NDJSON, one entry a line' },
  { format: 'csv', label: 'CSV, for spreadsheets' },
] as const;

export function FilterBar({ filters, span, projects, onRefresh }: FilterBarProps) {
  const list = filterList(filters);
  const isNarrowed = list.length > 0 || filters.q !== null || span.sinceMs !== null || span.untilMs !== null;
  return (
    <div class="list-filters">
      <SearchField
        label="Search the trail"
        placeholder="In target, action, detail and values"
        value={filters.q ?? ''}
        onSearch={(q) => setParams(filterParams({ q: q || null }))}
      />
      <SpanMenu span={span} forget={{ entry: null }} />
      <AddAuditFilter filters={filters} projects={projects} />
      {list.length === 0 ? null : (
        <ul class="chips" aria-label="Filters">
          {list.map(({ name, value }) => (
            <li key={name}>
              <Chip
                word={FILTER_WORDS[name]}
                value={value}
                text={filterText(name, value, projects)}
                onRemove={() => setParams(filterParams({ [name]: null }))}
              />
            </li>
          ))}
        </ul>
      )}
      {isNarrowed ? (
        <Button small kind="quiet" icon="close" onClick={() => setParams(NO_FILTERS)}>
          Clear
        </Button>
      ) : null}
      <span class="grow" />
      <Menu
        label="Export all that match"
        align="end"
        faceClass="button button-quiet button-square button-small"
        face={<Icon name="download" />}
      >
        {(close) =>
          FORMATS.map(({ format, label }) => (
            <a
              key={format}
              class="menu-item"
              role="menuitem"
              href={auditExportUrl(filters, span, format)}
              download
              onClick={close}
            >
              {label}
            </a>
          ))
        }
      </Menu>
      <Button small kind="quiet" icon="refresh" label="Refresh" onClick={onRefresh} />
    </div>
  );
}
