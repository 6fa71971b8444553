import { useRef } from 'preact/hooks';
import { type CsvRow, csvText, download, fileName } from '../../lib/download.ts';
import { say } from '../../state/toasts.ts';
import { Button } from '../button.tsx';
import { Icon } from '../icon.tsx';
import { Menu, MenuItem } from '../menu.tsx';
import { pictureOf } from './picture.ts';

interface ExportMenuProps {
  /** The file is named after it. */
  title: string;
  /** What is shown, a head first; null while there is nothing. */
  rows: (() => readonly CsvRow[]) | null;
  /** It stands in a figure with a chart. */
  picture?: boolean;
}

/** What is on screen as a file, made in the browser. */
export function ExportMenu({ title, rows, picture = false }: ExportMenuProps) {
  const place = useRef<HTMLSpanElement>(null);
  const saveRows = (make: () => readonly CsvRow[]) => {
    download(fileName(title, 'csv'), new Blob([csvText(make())], { type: 'text/csv;charset=utf-8' }));
  };
  const savePicture = async () => {
    const figure = place.current?.closest('figure');
    const blob = figure ? await pictureOf(figure, title) : null;
    if (blob) download(fileName(title, 'png'), blob);
    else say('The chart is not drawn yet. Try again when it is.');
  };
  if (!rows) return <Button small kind="quiet" icon="download" label={`Export ${title}`} disabled />;
  return (
    <span ref={place}>
      <Menu
        label={`Export ${title}`}
        align="end"
        faceClass="button button-quiet button-square button-small"
        face={<Icon name="download" />}
      >
        {(close) => (
          <>
            <MenuItem
              onClick={() => {
                saveRows(rows);
                close();
              }}
            >
              CSV, the numbers shown
            </MenuItem>
            {picture ? (
              <MenuItem
                onClick={() => {
                  void savePicture();
                  close();
                }}
              >
                PNG, the chart
              </MenuItem>
            ) : null}
          </>
        )}
      </Menu>
    </span>
  );
}
