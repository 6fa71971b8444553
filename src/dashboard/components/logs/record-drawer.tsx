import { useState } from 'preact/hooks';
import type { LogRecord } from '../../../wire/record.ts';
import { dateTime, isDate, milli, relative } from '../../lib/format.ts';
import { now } from '../../state/clock.ts';
import { CodeBlock } from '../code-block.tsx';
import { CopyButton } from '../copy-button.tsx';
import { Drawer } from '../drawer.tsx';
import { Tabs } from '../tabs.tsx';
import { RecordContext } from './record-context.tsx';
import { RecordFields } from './record-fields.tsx';

interface DrawerProps {
  record: LogRecord;
  project: string;
  q: string;
  onFilter: (field: string, value: string, exclude: boolean) => void;
  onOpen: (record: LogRecord) => void;
  onClose: () => void;
}

const TABS = [
  { id: 'fields', label: 'Fields' },
  { id: 'json', label: 'JSON' },
  { id: 'context', label: 'Context' },
] as const;
type TabId = (typeof TABS)[number]['id'];

/** From about here on a message is taller than its part of the drawer. */
const SCROLLING_CHARS = 400;

/** One record in full. */
export function RecordDrawer({ record, project, q, onFilter, onOpen, onClose }: DrawerProps) {
  const [tab, setTab] = useState<TabId>('fields');
  return (
    <Drawer
      label="Record"
      onClose={onClose}
      head={
        <>
          <span class={`level level-${record.level}`}>{record.level}</span>
          <strong class="clip">
            <bdi>{record.service || 'no service'}</bdi>
          </strong>
          <CopyButton text={() => JSON.stringify(record, null, 2)} label="Copy record as JSON" />
        </>
      }
    >
      <p
        class="drawer-message"
        dir="auto"
        // A region that scrolls must be reachable by keyboard (WCAG 2.1.1).
        {...(record.message.length > SCROLLING_CHARS ? { tabIndex: 0 } : {})}
      >
        {record.message === '' ? <span class="faint">(no message)</span> : record.message}
      </p>
      {isDate(record.ts) ? (
        <dl class="drawer-times">
          <dt>Local</dt>
          <dd>
            {dateTime(record.ts)}
            {milli(record.ts).slice(8)}
          </dd>
          <dt>UTC</dt>
          <dd>{new Date(record.ts).toISOString().replace('T', ' ').replace('Z', '')}</dd>
          <dt>Age</dt>
          <dd>{relative(record.ts, now())}</dd>
        </dl>
      ) : null}
      <Tabs label="Record" tabs={TABS} current={tab} onChange={setTab}>
        {tab === 'fields' ? <RecordFields record={record} q={q} onFilter={onFilter} /> : null}
        {tab === 'json' ? <CodeBlock label="Record as JSON" code={JSON.stringify(record, null, 2)} /> : null}
        {tab === 'context' ? <RecordContext record={record} project={project} onOpen={onOpen} /> : null}
      </Tabs>
    </Drawer>
  );
}
