import type { ComponentChildren } from 'preact';
import { useCallback, useState } from 'preact/hooks';
import type { LogRecord } from '../../../wire/record.ts';
import { VirtualGrid } from '../../components/virtual-grid.tsx';
import { duration, timeTitle } from '../../lib/format.ts';
import { type TimelineRow, tell } from '../../lib/session-timeline.ts';
import { inUnit } from '../../lib/units.ts';
import { now } from '../../state/clock.ts';
import { STREAM_WORDS } from './stream-words.ts';

interface TimelineProps {
  rows: readonly TimelineRow[];
  /** Id of the record in the drawer. */
  active: string | null;
  onOpen: (record: LogRecord) => void;
  onEnd?: () => void;
  footer: ComponentChildren;
}

/** A row shows this much of a text; the drawer has all of it. */
const TEXT_CHARS = 300;
const ROW_PX = { desk: 32, phone: 52 };

/** One line of time from the first record down, silences said where they are. */
export function Timeline({ rows, active, onOpen, ...rest }: TimelineProps) {
  const [row, setRow] = useState<string | null>(null);
  const at = useCallback((index: number): TimelineRow => rows[index] as TimelineRow, [rows]);
  const open = ({ id, record }: TimelineRow) => {
    setRow(id);
    onOpen(record);
  };
  return (
    <VirtualGrid
      {...rest}
      label="Timeline, oldest first: time since the start, stream, what happened, value"
      count={rows.length}
      at={at}
      measured
      rowPx={ROW_PX}
      class="timeline"
      rowClass={(index) => `timeline-row stream-${at(index).record.stream}`}
      line={(index) => <Line row={at(index)} />}
      active={active ?? row}
      onActive={(next) => {
        setRow(next.id);
        if (active !== null) onOpen(next.record);
      }}
      onOpen={open}
    />
  );
}

function Line({ row }: { row: TimelineRow }) {
  const { record, offsetMs, gapMs, page } = row;
  const { title, value, tone, word } = tell(record);
  const text = title.slice(0, TEXT_CHARS);
  return (
    <>
      {gapMs === null ? null : (
        <span role="gridcell" class="timeline-gap">
          {duration(gapMs)} without a record
        </span>
      )}
      {page === null ? null : (
        <span role="gridcell" class="timeline-page" title={page}>
          <bdi>{page.slice(0, TEXT_CHARS)}</bdi>
        </span>
      )}
      <span role="gridcell" class="timeline-time" title={timeTitle(record.ts, now())}>
        +{inUnit(offsetMs, 'ms')}
      </span>
      <i class="timeline-dot" aria-hidden="true" />
      <span role="gridcell" class="timeline-stream">
        {STREAM_WORDS[record.stream].one}
      </span>
      <span role="gridcell" class="timeline-title clip" dir="auto" title={text}>
        {text}
      </span>
      <span role="gridcell" class="timeline-value">
        <span>{value}</span>
        {word === '' ? null : <span class={`badge badge-${tone}`}>{word}</span>}
      </span>
    </>
  );
}
