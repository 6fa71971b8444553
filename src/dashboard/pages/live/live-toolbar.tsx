import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { LogRecord, Stream } from '../../../wire/record.ts';
import { getFacets } from '../../api/query.ts';
import { Button } from '../../components/button.tsx';
import { QueryInput } from '../../components/query/query-input.tsx';
import { StreamSelect } from '../../components/query/stream-select.tsx';
import type { QueryFault } from '../../lib/errors.ts';
import { commonAttrs } from '../../lib/flatten.ts';
import { compact, exact, plural } from '../../lib/format.ts';
import { attrField, ENVELOPE_FIELDS, facetName } from '../../lib/query-edit.ts';
import { LIVE_WINDOW_MS } from '../../lib/range.ts';
import { streamParam } from '../../lib/stream.ts';
import { now } from '../../state/clock.ts';
import { param, setParams } from '../../state/route.ts';
import type { Live } from './use-live.ts';

interface ToolbarProps {
  project: string;
  live: Live;
  q: string;
  stream: Stream | null;
  highlight: string;
  fault: QueryFault | null;
  sample: readonly LogRecord[];
}

const SAMPLED = 300;

export function LiveToolbar({ project, live, q, stream, highlight, fault, sample }: ToolbarProps) {
  const { tail, paused, setPaused } = live;
  // New names appear rarely; looking at each batch again would cost more than it gives.
  const sampleRound = Math.floor(Math.log2(sample.length + 1));
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above.
  const fields = useMemo(
    () => [...ENVELOPE_FIELDS, ...commonAttrs(sample.slice(-SAMPLED), 40).map(attrField)],
    [sampleRound],
  );
  const loadValues = useCallback(
    async (field: string, signal: AbortSignal) => {
      const toMs = now();
      const scope = { project, stream, q: '', fromMs: toMs - 4 * LIVE_WINDOW_MS, toMs };
      const answer = await getFacets(scope, [facetName(field)], 20, signal);
      return answer.ok ? (answer.value.facets[0]?.values ?? []) : [];
    },
    [project, stream],
  );
  const wrap = param('wrap') === '1';
  const rate = useRate(tail.received);
  return (
    <>
      <div class="toolbar">
        <StreamSelect value={stream} onChange={(next) => setParams({ stream: streamParam(next) })} />
        <QueryInput
          action="Filter"
          label="Filter on the server"
          value={q}
          onCommit={(next) => setParams({ q: next })}
          fault={fault}
          fields={fields}
          loadValues={loadValues}
        />
      </div>
      <div class="status-line">
        {fault ? (
          <span class="status-text tone-bad" role="alert">
            <span class="clip">
              Character {fault.position + 1}: {fault.reason}
            </span>
          </span>
        ) : (
          <span class="status-text" title={`${exact(tail.received)} received, ${exact(tail.rows.length)} kept here`}>
            {compact(rate)} /s<span class="faint">{plural(tail.rows.length, 'record')} here</span>
          </span>
        )}
        <span class="grow" />
        <input
          class="input input-small"
          type="search"
          aria-label="Highlight words"
          placeholder="Highlight"
          spellcheck={false}
          value={highlight}
          onInput={(event) => setParams({ mark: event.currentTarget.value }, 'replace')}
        />
        <Button
          small
          kind="quiet"
          icon="wrap"
          label="Wrap lines"
          pressed={wrap}
          onClick={() => setParams({ wrap: wrap ? null : '1' }, 'replace')}
        />
        <Button
          small
          icon={paused ? 'play' : 'pause'}
          title="Pause or go on (p)"
          pressed={paused}
          onClick={() => setPaused(!paused)}
        >
          {paused ? 'Go on' : 'Pause'}
        </Button>
      </div>
    </>
  );
}

const RATE_SECONDS = 5;

/** Records a second over the last five. */
function useRate(received: number): number {
  const [rate, setRate] = useState(0);
  const latest = useRef(received);
  latest.current = received;
  useEffect(() => {
    const counts: number[] = [latest.current];
    const timer = setInterval(() => {
      counts.push(latest.current);
      if (counts.length > RATE_SECONDS + 1) counts.shift();
      const first = counts[0] ?? 0;
      // A new subscription starts counting at zero.
      setRate(Math.max(0, latest.current - first) / Math.max(1, counts.length - 1));
    }, 1_000);
    return () => clearInterval(timer);
  }, []);
  return rate;
}
