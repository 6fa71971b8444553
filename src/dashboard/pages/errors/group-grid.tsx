import type { ComponentChildren } from 'preact';
import { useCallback, useMemo, useState } from 'preact/hooks';
import type { ErrorGroup } from '../../../wire/error-groups.ts';
import { Link } from '../../components/link.tsx';
import { Sparkline } from '../../components/sparkline.tsx';
import { Time } from '../../components/time.tsx';
import { VirtualGrid } from '../../components/virtual-grid.tsx';
import { compact, exact, relative } from '../../lib/format.ts';
import { now } from '../../state/clock.ts';
import { groupHref } from '../../state/error-link.ts';
import { StatusBadge } from './status-badge.tsx';

interface GroupGridProps {
  groups: readonly ErrorGroup[];
  fromMs: number;
  onOpen: (group: ErrorGroup) => void;
  onReading: (reading: boolean) => void;
  onEnd?: () => void;
  footer: ComponentChildren;
}

type Row = ErrorGroup & { id: string };

const ROW_PX = { desk: 52, phone: 96 };
/** A row shows this much of a text; the page of the group has all of it. */
const TEXT_CHARS = 400;

/** Where the reader was: the way back from a group leads to its row. */
let lastReached: string | null = null;

export function GroupGrid({ groups, fromMs, onOpen, ...rest }: GroupGridProps) {
  const [row, setRow] = useState<string | null>(lastReached);
  const rows = useMemo<Row[]>(() => groups.map((group) => ({ ...group, id: group.fingerprint })), [groups]);
  const at = useCallback((index: number): Row => rows[index] as Row, [rows]);
  const reach = (id: string) => {
    lastReached = id;
    setRow(id);
  };
  return (
    <>
      <div class="group-row group-head" aria-hidden="true">
        <span>Error</span>
        <span>Over time</span>
        <span class="num">Errors</span>
        <span class="num">Sessions</span>
        <span>Release</span>
        <span>Last seen</span>
        <span>First seen</span>
      </div>
      <VirtualGrid
        {...rest}
        label="Groups: error, over time, errors, sessions, release, last seen, first seen"
        count={rows.length}
        at={at}
        rowPx={ROW_PX}
        class="group-list"
        rowClass={() => 'group-row row-error'}
        line={(index) => <GroupLine group={at(index)} fromMs={fromMs} />}
        active={row}
        follow
        onActive={(group) => reach(group.id)}
        onOpen={(group) => {
          reach(group.id);
          onOpen(group);
        }}
      />
    </>
  );
}

function GroupLine({ group, fromMs }: { group: ErrorGroup; fromMs: number }) {
  const { fingerprint, type, message, culprit, count, sessions, releases, trend, firstSeenMs, lastSeenMs } = group;
  const text = message.slice(0, TEXT_CHARS);
  const isNew = firstSeenMs >= fromMs;
  return (
    <>
      <span role="gridcell" class="group-what">
        <span class="group-title" title={`${type}: ${text}`}>
          <Link href={groupHref(fingerprint)} tabIndex={-1}>
            <bdi>{type || 'Error'}</bdi>
          </Link>
          {isNew ? <span class="badge">new</span> : null}
          {group.status === 'open' ? null : <StatusBadge status={group.status} />}
          <span class="clip" dir="auto">
            {text === '' ? <span class="faint">(no message)</span> : text}
          </span>
        </span>
        <span class="group-culprit clip" title={culprit ?? ''}>
          {culprit === null ? 'no stack' : <bdi>{culprit.slice(0, TEXT_CHARS)}</bdi>}
        </span>
      </span>
      <span role="gridcell" class="group-trend">
        <Sparkline values={trend} tone="bad" />
      </span>
      <span role="gridcell" class="num" title={`${exact(count)} errors`}>
        {compact(count)}
        <span class="group-unit"> {count === 1 ? 'error' : 'errors'}</span>
      </span>
      {sessions === null ? (
        <span role="gridcell" class="num" title="With a filter the sessions of a group are not known">
          –
        </span>
      ) : (
        <span role="gridcell" class="num" title={`${exact(sessions)} sessions`}>
          {compact(sessions)}
          <span class="group-unit"> {sessions === 1 ? 'session' : 'sessions'}</span>
        </span>
      )}
      <span role="gridcell" class="clip" title={releases.map(({ release }) => release).join('\n')}>
        <bdi>{releases[0]?.release ?? ''}</bdi>
        {releases.length > 1 ? <span class="faint"> +{releases.length - 1}</span> : null}
      </span>
      <span role="gridcell" class="clip">
        <Ago ms={lastSeenMs} />
      </span>
      <span role="gridcell" class="clip faint">
        <Ago ms={firstSeenMs} />
      </span>
    </>
  );
}

function Ago({ ms }: { ms: number }) {
  return <Time ms={ms} format={(at) => relative(at, now())} />;
}
