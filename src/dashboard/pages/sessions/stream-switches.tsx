import { type LogRecord, STREAMS, type Stream } from '../../../wire/record.ts';
import { compact } from '../../lib/format.ts';
import { STREAM_WORDS } from './stream-words.ts';

interface StreamSwitchesProps {
  records: readonly LogRecord[];
  /** All of the session is loaded; else counts go up as the reader goes on. */
  isWhole: boolean;
  hidden: ReadonlySet<Stream>;
  onChange: (hidden: ReadonlySet<Stream>) => void;
}

/** One switch for each stream that the session has. */
export function StreamSwitches({ records, isWhole, hidden, onChange }: StreamSwitchesProps) {
  const counts = new Map<Stream, number>();
  for (const { stream } of records) counts.set(stream, (counts.get(stream) ?? 0) + 1);
  const toggle = (stream: Stream) => {
    const next = new Set(hidden);
    if (!next.delete(stream)) next.add(stream);
    onChange(next);
  };
  return (
    <div class="list-toolbar stream-switches" role="group" aria-label="Streams">
      {STREAMS.filter((stream) => counts.has(stream)).map((stream) => (
        <button
          key={stream}
          type="button"
          class={`stream-switch stream-${stream}`}
          aria-pressed={!hidden.has(stream)}
          onClick={() => toggle(stream)}
        >
          <i aria-hidden="true" />
          {STREAM_WORDS[stream].many}
          <span class="num">
            {compact(counts.get(stream) ?? 0)}
            {isWhole ? '' : '+'}
          </span>
        </button>
      ))}
    </div>
  );
}
