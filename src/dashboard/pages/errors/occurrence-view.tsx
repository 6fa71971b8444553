import type { ErrorGroup, Occurrence } from '../../../wire/error-groups.ts';
import type { Project } from '../../api/types.ts';
import { CodeBlock } from '../../components/code-block.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { Link } from '../../components/link.tsx';
import { RecordFields } from '../../components/logs/record-fields.tsx';
import { Tabs } from '../../components/tabs.tsx';
import { Time } from '../../components/time.tsx';
import { labelOf } from '../../lib/attrs.ts';
import { labelTerm } from '../../lib/label-filters.ts';
import { toggleTerm } from '../../lib/query-edit.ts';
import { sessionHref } from '../../state/error-link.ts';
import { go, hrefOf, param, setParams } from '../../state/route.ts';
import { traceHref } from '../../state/trace-link.ts';
import { Stack } from './stack.tsx';

interface OccurrenceViewProps {
  project: Project;
  group: ErrorGroup;
  occurrence: Occurrence;
}

const TABS = [
  { id: 'stack', label: 'Stack' },
  { id: 'fields', label: 'Fields' },
  { id: 'json', label: 'JSON' },
] as const;

const FACTS = ['page', 'browser', 'os', 'device', 'country', 'release'] as const;

/** What is known of one occurrence. Which part is shown is in the address. */
export function OccurrenceView({ project, group, occurrence }: OccurrenceViewProps) {
  const { record } = occurrence;
  const tab = TABS.find(({ id }) => id === param('view'))?.id ?? 'stack';
  const own = labelTerm('fingerprint', group.fingerprint);
  const facts = FACTS.map((label) => labelOf(record, label)).filter((value) => value !== null);
  return (
    <div class="occurrence">
      <div class="occurrence-facts">
        <strong>
          <Time ms={record.ts} />
        </strong>
        {facts.map((fact, i) => (
          <bdi key={i} class="clip" title={fact}>
            {fact}
          </bdi>
        ))}
      </div>
      {/* A line of its own, of one height whatever there is, so that walking through occurrences moves nothing. */}
      <div class="occurrence-links">
        {record.sessionId ? (
          <Link href={sessionHref(record.sessionId, record.ts)}>Its session</Link>
        ) : (
          <span class="faint">No session</span>
        )}
        {record.traceId ? (
          <Link href={traceHref(record.traceId, record.ts)}>Its trace</Link>
        ) : (
          <span class="faint">No trace</span>
        )}
        <Link href={hrefOf('/logs', { q: own, stream: 'errors', record: record.id }, 'frame')}>In the logs</Link>
        <CopyButton text={() => JSON.stringify(record, null, 2)} label="Copy JSON">
          Copy JSON
        </CopyButton>
      </div>
      <p
        class="occurrence-message"
        dir="auto"
        // A region that scrolls must be reachable by keyboard (WCAG 2.1.1).
        {...(mayScroll(record.message) ? { tabIndex: 0 } : {})}
      >
        {record.message === '' ? <span class="faint">(no message)</span> : record.message}
      </p>
      <Tabs
        label="Occurrence"
        tabs={TABS}
        current={tab}
        onChange={(id) => setParams({ view: id === 'stack' ? null : id }, 'replace')}
      >
        {tab === 'stack' ? <Stack project={project} group={group} occurrence={occurrence} /> : null}
        {tab === 'fields' ? (
          <RecordFields
            record={record}
            q=""
            onFilter={(field, value, exclude) =>
              go(hrefOf('/logs', { q: toggleTerm(own, field, value, exclude), stream: 'errors' }, 'frame'))
            }
          />
        ) : null}
        {tab === 'json' ? <CodeBlock label="Record as JSON" code={JSON.stringify(record, null, 2)} /> : null}
      </Tabs>
    </div>
  );
}

/** Longer messages are taller than their place on a phone. */
const SCROLLING_CHARS = 300;
const SCROLLING_LINES = 8;

function mayScroll(message: string): boolean {
  return message.length > SCROLLING_CHARS || message.split('\n').length > SCROLLING_LINES;
}
