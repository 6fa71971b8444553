import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import type { LogRecord } from '../../../wire/record.ts';
import type { Project } from '../../api/types.ts';
import { FirstUse } from '../../components/first-use.tsx';
import { LogList } from '../../components/logs/log-list.tsx';
import { RecordDrawer } from '../../components/logs/record-drawer.tsx';
import { toggleTerm } from '../../lib/query-edit.ts';
import { highlightWords } from '../../lib/query-tokens.ts';
import { streamOf } from '../../lib/stream.ts';
import { param, setParams } from '../../state/route.ts';
import { useQueryFault } from '../../state/use-query-fault.ts';
import { useShortcuts } from '../../state/use-shortcuts.ts';
import { LiveNotices } from './live-notices.tsx';
import { LiveToolbar } from './live-toolbar.tsx';
import { NothingYet } from './nothing-yet.tsx';
import { useEverUsed } from './use-ever-used.ts';
import { useLive } from './use-live.ts';

export function LivePage({ project }: { project: Project }) {
  const q = param('q');
  const stream = streamOf(param('stream'));
  const live = useLive(project.id, stream, q);
  const [open, setOpen] = useState<LogRecord | null>(null);
  const [row, setRow] = useState<string | null>(null);
  const [inList, setInList] = useState(false);
  const highlight = param('mark');
  const fault = useQueryFault(project.id, live.state.kind === 'refused' && q !== '' ? q : null);
  const { tail, paused, setPaused, setReading } = live;

  useEffect(() => setReading(inList || open !== null), [inList, open, setReading]);
  useShortcuts([{ keys: 'p', label: 'Pause or go on', group: 'Live', run: () => setPaused(!paused) }]);

  const { rows } = tail;
  // Newest on top, like every other list of records.
  const at = useCallback((index: number): LogRecord => rows[rows.length - 1 - index] as LogRecord, [rows]);
  const words = useMemo(
    () => [...highlightWords(q), ...highlight.split(/\s+/).filter((w) => w !== '')],
    [q, highlight],
  );
  const everUsed = useEverUsed(project.id, rows.length === 0 && live.state.kind === 'live');

  return (
    <div class="logs-page">
      <h1 class="visually-hidden">Live</h1>
      <LiveToolbar
        project={project.id}
        live={live}
        q={q}
        stream={stream}
        highlight={highlight}
        fault={fault}
        sample={rows}
      />
      <div class="logs-body">
        <section class="results" aria-label="Live records">
          {rows.length === 0 ? (
            everUsed === false ? (
              <FirstUse />
            ) : (
              <NothingYet state={live.state} filtered={q !== ''} />
            )
          ) : (
            <LogList
              label="Live records, newest first"
              count={rows.length}
              at={at}
              words={words}
              wrap={param('wrap') === '1'}
              showDay={false}
              active={open?.id ?? row}
              onActive={(record) => {
                setRow(record.id);
                if (open) setOpen(record);
              }}
              onOpen={(record) => {
                setRow(record.id);
                setOpen(record);
              }}
              onReading={setInList}
            />
          )}
        </section>
        <LiveNotices live={live} reading={inList || open !== null} fault={fault} />
        {open ? (
          <RecordDrawer
            record={open}
            project={project.id}
            q={q}
            onFilter={(field, value, exclude) => setParams({ q: toggleTerm(q, field, value, exclude) })}
            onOpen={setOpen}
            onClose={() => setOpen(null)}
          />
        ) : null}
      </div>
    </div>
  );
}
