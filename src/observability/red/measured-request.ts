import { SLOW_REQUEST_MS } from '../../wire/performance.ts';
import { FAMILIES } from './families.ts';
import { registry, spansOfRequest } from './isolate.ts';
import { Spans } from './spans.ts';

/** What no route is registered for. */
const NO_ROUTE = '(none)';
/** A client can send any word. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const OTHER_METHOD = '(other)';

export interface EndedRequest {
  requestId: string;
  method: string;
  /** As registered: a path would be a series for each id. */
  route: string | null;
  projectId: string | null;
  /** Null where the client left before there was an answer. */
  status: number | null;
  atMs: number;
  durationMs: number;
}

/** One request and every call that it makes, as the metrics count them: in flight until `end`, which is called once. */
export class MeasuredRequest {
  readonly #spans: Spans;

  /** By performance.now(). */
  constructor(startedMs: number) {
    this.#spans = new Spans(startedMs);
    registry.began('requests');
  }

  /** Calls that are made within are the request's. */
  run<T>(work: () => T): T {
    return spansOfRequest.run(this.#spans, work);
  }

  end({ requestId, method: word, route: registered, projectId, status, atMs, durationMs }: EndedRequest): void {
    // Where its client is gone no call that it waits for comes back.
    if (status === null) for (const target of this.#spans.leave()) registry.ended(target);
    registry.ended('requests');
    const method = METHODS.has(word) ? word : OTHER_METHOD;
    const route = registered ?? NO_ROUTE;
    registry.observe('requests', [method, route], { atMs, durationMs, outcome: outcomeOf(status), traceId: requestId });
    if (durationMs < SLOW_REQUEST_MS) return;
    const slow = { requestId, method, route, status, projectId, atMs, durationMs };
    registry.slow({ ...slow, spans: this.#spans.list(), spansTotal: this.#spans.total });
  }
}

function outcomeOf(status: number | null): number {
  if (status === null) return FAMILIES.requests.outcomes.indexOf('client_gone');
  return Math.min(4, Math.max(0, Math.floor(status / 100) - 1));
}
