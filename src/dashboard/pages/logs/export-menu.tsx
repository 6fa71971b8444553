import { exportUrl, type Scope } from '../../api/query.ts';
import { Icon } from '../../components/icon.tsx';
import { Menu } from '../../components/menu.tsx';

const FORMATS = [
  { format: 'ndjson', label: 'NDJSON, one record a line' },
  { format: 'json', label: 'JSON, one array' },
  { format: 'csv', label: 'CSV, for spreadsheets' },
] as const;

/** Everything that matches, not only what is loaded. */
export function ExportMenu({ scope }: { scope: Scope }) {
  return (
    <Menu
      label="Export all matches"
      align="end"
      faceClass="button button-quiet button-square button-small"
      face={<Icon name="download" />}
    >
      {(close) =>
        FORMATS.map(({ format, label }) => (
          <a key={format} class="menu-item" role="menuitem" href={exportUrl(scope, format)} download onClick={close}>
            {label}
          </a>
        ))
      }
    </Menu>
  );
}
