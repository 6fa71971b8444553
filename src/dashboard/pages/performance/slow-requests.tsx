import type { PerformanceSpan, SlowRequest } from '../../../wire/performance.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { Time } from '../../components/time.tsx';
import { plural, relative } from '../../lib/format.ts';
import { inUnit } from '../../lib/units.ts';
import { now } from '../../state/clock.ts';

/** The slowest requests of the time, each with the calls that it made and when. */
export function SlowRequests({ requests }: { requests: readonly SlowRequest[] }) {
  if (requests.length === 0) return <p class="performance-none faint">No request took half a second or more.</p>;
  return (
    <ul class="performance-slow">
      {requests.map((request) => (
        <li key={`${request.requestId} ${request.atMs}`}>
          <Slow request={request} />
        </li>
      ))}
    </ul>
  );
}

function Slow({ request }: { request: SlowRequest }) {
  const { requestId, method, route, status, projectId, atMs, durationMs, spans, spansTotal } = request;
  return (
    <details>
      <summary>
        <strong class="performance-took">{inUnit(durationMs, 'ms')}</strong>
        <code class="performance-name">
          {method} {route}
        </code>
        <span class={status !== null && status >= 500 ? 'bad' : ''}>{status ?? 'client left'}</span>
        <span class="faint">
          {plural(spansTotal, 'call')}, <Time ms={atMs} format={(ms) => relative(ms, now())} />
        </span>
      </summary>
      <p class="performance-id">
        Request <code>{requestId}</code> <CopyButton text={requestId} label="Copy request id" />
        {projectId === null ? null : (
          <>
            {' '}
            in project <code>{projectId}</code>
          </>
        )}
      </p>
      <ol class="performance-spans">
        {spans.map((span, index) => (
          <li key={index}>
            <code class="performance-name">
              {span.target}.{span.operation}
            </code>
            <Bar span={span} ofMs={durationMs} />
            <span class="performance-took">
              {inUnit(span.durationMs, 'ms')}
              {span.failed ? <strong class="bad"> failed</strong> : null}
            </span>
          </li>
        ))}
      </ol>
      {spansTotal > spans.length ? <p class="faint">The {spans.length} longest of them.</p> : null}
    </details>
  );
}

/** When in the request the call was, and for how long; the figures beside it say the same. */
function Bar({ span, ofMs }: { span: PerformanceSpan; ofMs: number }) {
  const share = (ms: number) => Math.min(100, Math.max(0, (ms / Math.max(1, ofMs)) * 100));
  const x = share(span.startMs);
  return (
    <svg class="performance-bar" aria-hidden="true">
      <rect
        x={`${x}%`}
        y="3"
        height="6"
        rx="2"
        width={`${Math.max(0.5, Math.min(100 - x, share(span.durationMs)))}%`}
      />
    </svg>
  );
}
