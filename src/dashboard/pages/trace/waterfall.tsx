import { useCallback, useMemo, useState } from 'preact/hooks';
import type { LogRecord } from '../../../wire/record.ts';
import type { Trace } from '../../../wire/trace.ts';
import { Icon } from '../../components/icon.tsx';
import { LogList } from '../../components/logs/log-list.tsx';
import { PHONE, useMedia } from '../../components/use-media.ts';
import { barOf, exactLength, spanLength, type TraceRow } from '../../lib/trace-rows.ts';
import { serviceClass } from './service-class.ts';

interface WaterfallProps {
  trace: Trace;
  rows: readonly TraceRow[];
  /** Id of the record in the drawer. */
  active: string | null;
  onOpen: (record: LogRecord) => void;
}

/** Names and lengths of rows are drawn up to here; the drawer has all of it. */
const NAME_CHARS = 300;
const INDENT_PX = 14;
const PHONE_INDENT_PX = 8;
/** Deeper rows do not move further in: their names would have no room. */
const MAX_INDENTS = 14;
const TICKS = [0, 0.25, 0.5, 0.75, 1];
/** Bars that end behind this have their length before them, and in them where there is no room before them either. */
const LABEL_LEFT_PERCENT = 75;
const LABEL_INSIDE_PERCENT = 25;

export function Waterfall({ trace, rows, active, onOpen }: WaterfallProps) {
  const [row, setRow] = useState<string | null>(null);
  const phone = useMedia(PHONE);
  const totalMs = trace.endMs - trace.startMs;
  const at = useCallback((index: number) => (rows[index] as TraceRow).record, [rows]);
  const classes = useMemo(
    () => new Map(trace.services.map(({ service }) => [service, serviceClass(trace, service)])),
    [trace],
  );
  const indentPx = phone ? PHONE_INDENT_PX : INDENT_PX;
  return (
    <section class="waterfall-frame" aria-label="Waterfall">
      <div class="waterfall-axis" aria-hidden="true">
        <span />
        <span class="waterfall-ticks">
          {TICKS.map((share) => (
            <i key={share} style={{ left: `${share * 100}%` }}>
              {spanLength(totalMs * share)}
            </i>
          ))}
        </span>
      </div>
      <LogList
        label="Spans and logs of the trace"
        count={rows.length}
        at={at}
        words={[]}
        wrap={false}
        showDay={false}
        active={active ?? row}
        onActive={(record) => {
          setRow(record.id);
          if (active !== null) onOpen(record);
        }}
        onOpen={(record) => {
          setRow(record.id);
          onOpen(record);
        }}
        look={{
          list: 'waterfall',
          rowOf: (index) => {
            const { kind, record, isError } = rows[index] as TraceRow;
            return `${classes.get(record.service) ?? ''} waterfall-${kind}${isError ? ' waterfall-bad' : ''}`;
          },
          line: (index) => <Row row={rows[index] as TraceRow} totalMs={totalMs} indentPx={indentPx} />,
        }}
      />
    </section>
  );
}

function Row({ row, totalMs, indentPx }: { row: TraceRow; totalMs: number; indentPx: number }) {
  const { record, kind, depth, offsetMs, durationMs, isError } = row;
  const { left, width } = barOf(row, totalMs);
  const length = durationMs === null ? null : spanLength(durationMs);
  const when = `starts ${exactLength(offsetMs)} after the first span${durationMs === null ? '' : `\ntakes ${exactLength(durationMs)}`}`;
  const name = record.message.slice(0, NAME_CHARS);
  const isLeft = left + width > LABEL_LEFT_PERCENT;
  const isInside = isLeft && left < LABEL_INSIDE_PERCENT;
  return (
    <>
      <span
        role="gridcell"
        class="waterfall-name"
        style={{ paddingLeft: `${Math.min(depth, MAX_INDENTS) * indentPx}px` }}
      >
        {isError ? (
          <span class="waterfall-error">
            <Icon name="bad" />
            <span class="visually-hidden">error</span>
          </span>
        ) : null}
        {kind === 'log' ? <span class={`level level-${record.level}`}>{record.level}</span> : null}
        <span class="waterfall-service">
          <bdi>{record.service || '(no service)'}</bdi>
        </span>
        <span class="clip" dir="auto" title={name}>
          {name === '' ? <span class="faint">({kind === 'log' ? 'no message' : 'no name'})</span> : name}
        </span>
      </span>
      <span role="gridcell" class="waterfall-track" title={when}>
        <i
          class={kind === 'log' || durationMs === null ? 'waterfall-tick' : 'waterfall-bar'}
          aria-hidden="true"
          style={{ left: `${left}%`, width: `${width}%` }}
        />
        <span
          class={`waterfall-length${isInside ? ' is-inside' : ''}`}
          style={isLeft && !isInside ? { right: `${100 - left}%` } : { left: `${isInside ? left : left + width}%` }}
        >
          {length ?? `+${spanLength(offsetMs)}`}
        </span>
      </span>
    </>
  );
}
