import { useCallback } from 'preact/hooks';
import type { Occurrence } from '../../../wire/error-groups.ts';
import type { LogRecord } from '../../../wire/record.ts';
import { Time } from '../../components/time.tsx';
import { VirtualGrid } from '../../components/virtual-grid.tsx';
import { labelOf } from '../../lib/attrs.ts';
import { stamp } from '../../lib/format.ts';

interface OccurrenceGridProps {
  occurrences: readonly Occurrence[];
  /** Id of the one that is shown. */
  active: string | null;
  onShow: (index: number) => void;
  onEnd?: () => void;
  hasMore: boolean;
}

const TEXT_CHARS = 300;

/** All occurrences, the newest first; the row that the keyboard is on is the one that is shown. */
export function OccurrenceGrid({ occurrences, active, onShow, hasMore, ...rest }: OccurrenceGridProps) {
  const at = useCallback((index: number): LogRecord => (occurrences[index] as Occurrence).record, [occurrences]);
  const show = (record: LogRecord) => onShow(occurrences.findIndex((one) => one.record.id === record.id));
  return (
    <div class="occurrence-frame">
      <div class="occurrence-row occurrence-head" aria-hidden="true">
        <span>Time</span>
        <span>Message</span>
        <span>Page</span>
        <span>Browser</span>
        <span>Release</span>
        <span>Session</span>
      </div>
      <VirtualGrid
        {...rest}
        label="Occurrences, newest first: time, message, page, browser, release, session"
        count={occurrences.length}
        at={at}
        class="occurrence-list"
        rowClass={() => 'occurrence-row row-error'}
        line={(index) => <Line record={at(index)} />}
        active={active}
        follow
        onActive={show}
        onOpen={show}
        footer={hasMore ? null : <p class="list-end">These are all of this time.</p>}
      />
    </div>
  );
}

function Line({ record }: { record: LogRecord }) {
  const message = record.message.slice(0, TEXT_CHARS);
  return (
    <>
      <span role="gridcell" class="log-time">
        <Time ms={record.ts} format={stamp} />
      </span>
      <span role="gridcell" class="clip" dir="auto" title={message}>
        {message || '(no message)'}
      </span>
      <Cell text={labelOf(record, 'page')} />
      <Cell text={labelOf(record, 'browser')} />
      <Cell text={labelOf(record, 'release')} />
      <Cell text={record.sessionId ?? null} />
    </>
  );
}

function Cell({ text }: { text: string | null }) {
  const shown = text?.slice(0, TEXT_CHARS) ?? '';
  return (
    <span role="gridcell" class="clip" title={shown}>
      <bdi>{shown}</bdi>
    </span>
  );
}
