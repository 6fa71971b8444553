import type { LogRecord } from '../../../wire/record.ts';
import { getContext } from '../../api/query.ts';
import { isDate, milli } from '../../lib/format.ts';
import { useResource } from '../../state/use-resource.ts';
import { Failure, Skeleton } from '../states.tsx';

interface ContextProps {
  record: LogRecord;
  project: string;
  onOpen: (record: LogRecord) => void;
}

const AROUND = 10;

/** What the same stream received just before and just after, whatever the search says. */
export function RecordContext({ record, project, onOpen }: ContextProps) {
  const context = useResource(
    `${project} ${record.id}`,
    (signal) => getContext(project, record.id, record.ts, AROUND, signal),
    false,
  );
  if (context.error)
    return <Failure what="The neighbours could not be loaded" error={context.error} onRetry={context.reload} />;
  if (!context.data) return <Skeleton rows={AROUND * 2 + 1} label="Loading the neighbours" />;
  const { before, after } = context.data;
  return (
    <ol class="context">
      {[...before, record, ...after].map((neighbour) => (
        <li key={neighbour.id} class={`row-${neighbour.level}`}>
          <button
            type="button"
            class="context-row"
            {...(neighbour.id === record.id ? { 'aria-current': 'true' as const } : {})}
            onClick={() => onOpen(neighbour)}
          >
            <span class={`level level-${neighbour.level}`}>{neighbour.level}</span>
            <span class="log-time">{isDate(neighbour.ts) ? milli(neighbour.ts) : ''}</span>
            <span class="clip" dir="auto">
              {neighbour.message.slice(0, 300) || '(no message)'}
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}
