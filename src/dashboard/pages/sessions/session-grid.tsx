import type { ComponentChildren } from 'preact';
import { useCallback, useState } from 'preact/hooks';
import type { SessionSummary } from '../../../wire/error-groups.ts';
import { Link } from '../../components/link.tsx';
import { Time } from '../../components/time.tsx';
import { VirtualGrid } from '../../components/virtual-grid.tsx';
import { countryName } from '../../lib/country.ts';
import { compact, exact, relative } from '../../lib/format.ts';
import { inUnit } from '../../lib/units.ts';
import { now } from '../../state/clock.ts';
import { sessionHref } from '../../state/error-link.ts';

interface SessionGridProps {
  sessions: readonly SessionSummary[];
  onOpen: (session: SessionSummary) => void;
  onReading: (reading: boolean) => void;
  footer: ComponentChildren;
}

const ROW_PX = { desk: 52, phone: 96 };
const TEXT_CHARS = 300;

/** Where the reader was: the way back from a session leads to its row. */
let lastReached: string | null = null;

export function SessionGrid({ sessions, onOpen, ...rest }: SessionGridProps) {
  const [row, setRow] = useState<string | null>(lastReached);
  const at = useCallback((index: number): SessionSummary => sessions[index] as SessionSummary, [sessions]);
  const reach = (id: string) => {
    lastReached = id;
    setRow(id);
  };
  return (
    <>
      <div class="group-head session-row" aria-hidden="true">
        <span>User and pages</span>
        <span>Device</span>
        <span class="num">Records</span>
        <span>Trouble</span>
        <span class="num">Lasted</span>
        <span>Last record</span>
      </div>
      <VirtualGrid
        {...rest}
        label="Sessions, newest first: user and pages, device, records, trouble, length, last record"
        count={sessions.length}
        at={at}
        rowPx={ROW_PX}
        class="group-list"
        rowClass={(index) => `group-row session-row ${at(index).errors > 0 ? 'row-error' : 'row-info'}`}
        line={(index) => <Line session={at(index)} />}
        active={row}
        follow
        onActive={(session) => reach(session.id)}
        onOpen={(session) => {
          reach(session.id);
          onOpen(session);
        }}
      />
    </>
  );
}

function Line({ session }: { session: SessionSummary }) {
  const { id, firstMs, lastMs, userId, pages, records, errors, poorVitals, device, browser, os, country } = session;
  const who = (userId ?? id).slice(0, TEXT_CHARS);
  const from = [device, country === null ? null : countryName(country)].filter((part) => part !== null).join(', ');
  return (
    <>
      <span role="gridcell" class="group-what">
        <span class="group-title" title={`Session ${id}`}>
          <Link href={sessionHref(id, lastMs)} tabIndex={-1}>
            <bdi>{who}</bdi>
          </Link>
          {userId === null ? <span class="faint">no user</span> : null}
        </span>
        <span class="group-culprit clip" title={pages.join('\n')} dir="auto">
          {pages.length === 0 ? 'no page' : pages.join(', ').slice(0, TEXT_CHARS)}
        </span>
      </span>
      <span role="gridcell" class="two-lines">
        <span class="clip" dir="auto">
          {[browser, os].filter((part) => part !== null).join(' on ') || <span class="faint">unknown</span>}
        </span>
        <span class="clip faint">{from}</span>
      </span>
      <span role="gridcell" class="num" title={`${exact(records)} records`}>
        {compact(records)}
        <span class="group-unit"> {records === 1 ? 'record' : 'records'}</span>
      </span>
      <span role="gridcell" class="session-trouble">
        {errors > 0 ? (
          <span class="badge badge-bad" title={exact(errors)}>
            {compact(errors)} {errors === 1 ? 'error' : 'errors'}
          </span>
        ) : null}
        {poorVitals > 0 ? (
          <span class="badge badge-warn" title={`${exact(poorVitals)} vitals rated poor`}>
            {compact(poorVitals)} poor
          </span>
        ) : null}
        {errors + poorVitals === 0 ? <span class="faint">no trouble</span> : null}
      </span>
      <span role="gridcell" class="num">
        {inUnit(lastMs - firstMs, 'ms')}
      </span>
      <span role="gridcell" class="clip">
        <Time ms={lastMs} format={(ms) => relative(ms, now())} />
      </span>
    </>
  );
}
