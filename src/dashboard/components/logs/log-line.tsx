import type { LogRecord } from '../../../wire/record.ts';
import { inlineAttrs } from '../../lib/flatten.ts';
import { isDate, milli, stamp, timeTitle } from '../../lib/format.ts';
import { pieces } from '../../lib/highlight.ts';
import { now } from '../../state/clock.ts';

interface LogLineProps {
  record: LogRecord;
  words: readonly string[];
  wrap: boolean;
  showDay: boolean;
}

/** Characters of a message drawn in a list; the drawer has all of it. Nobody reads more in a row, and 60 rows of 256 kB freeze a page. */
const LINE_CHARS = 600;
const WRAPPED_CHARS = 4_000;

/** The cells of one record, the same on every page: level, time, service, message. */
export function LogLine({ record, words, wrap, showDay }: LogLineProps) {
  const limit = wrap ? WRAPPED_CHARS : LINE_CHARS;
  const cut = record.message.length > limit;
  const message = cut ? record.message.slice(0, limit) : record.message;
  return (
    <>
      <span role="gridcell" class={`level level-${record.level}`}>
        {record.level}
      </span>
      <span role="gridcell" class="log-time" title={timeTitle(record.ts, now())}>
        {isDate(record.ts) ? (showDay ? stamp : milli)(record.ts) : 'no date'}
      </span>
      <span role="gridcell" class="log-service" title={record.service}>
        <bdi>{record.service}</bdi>
      </span>
      <span role="gridcell" class="log-message">
        <span class="log-text" dir="auto">
          {message === '' ? <span class="faint">(no message)</span> : null}
          <Marked text={message} words={words} />
          {cut ? <span class="faint"> … {record.message.length - limit} more characters</span> : null}
        </span>
        {wrap ? null : <InlineAttrs record={record} words={words} />}
      </span>
    </>
  );
}

/** The first few attributes behind the message: often the answer is there, and the place is free. */
function InlineAttrs({ record, words }: Pick<LogLineProps, 'record' | 'words'>) {
  const parts = inlineAttrs(record);
  if (parts.length === 0) return null;
  return (
    <span class="log-attrs">
      {/* Each by itself: one value in Hebrew or Arabic must not turn its neighbours round. */}
      {parts.map((part, i) => [
        i > 0 ? '  ' : '',
        <bdi key={i}>
          <Marked text={part} words={words} />
        </bdi>,
      ])}
    </span>
  );
}

function Marked({ text, words }: { text: string; words: readonly string[] }) {
  return <>{pieces(text, words).map((piece, i) => (piece.hit ? <mark key={i}>{piece.text}</mark> : piece.text))}</>;
}
