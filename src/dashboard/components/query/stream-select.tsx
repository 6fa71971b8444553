import { isStream, STREAMS, type Stream } from '../../../wire/record.ts';

interface StreamSelectProps {
  /** Of its field, where it has one. */
  id?: string;
  value: Stream | null;
  onChange: (stream: Stream | null) => void;
}

export function StreamSelect({ id, value, onChange }: StreamSelectProps) {
  return (
    <select
      class="select"
      {...(id ? { id } : {})}
      aria-label="Stream"
      title="Stream"
      value={value ?? 'all'}
      onChange={(event) => onChange(isStream(event.currentTarget.value) ? event.currentTarget.value : null)}
    >
      {STREAMS.map((stream) => (
        <option key={stream} value={stream}>
          {stream}
        </option>
      ))}
      <option value="all">all streams</option>
    </select>
  );
}
