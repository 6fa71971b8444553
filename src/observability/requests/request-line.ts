import type { Actor, RequestFacts } from '../../env.ts';
import { shortAddress } from '../../shared/address.ts';
import type { LogFields, LogLevel } from '../../shared/log.ts';

/** What became of a request: answered, refused for what it is or who sent it, not done by our fault, or left by its client before the answer. */
export type RequestOutcome = 'ok' | 'refused' | 'failed' | 'client_gone';

export interface RequestSeen {
  requestId: string;
  facts: RequestFacts;
  actor: Actor;
  method: string;
  /** As it is registered, such as `/api/projects/:id`: a path may hold what nobody may read. Null where none is. */
  route: string | null;
  /** Null where the client left before there was an answer. */
  status: number | null;
  durationMs: number;
  address: string;
}

/** Monitors ask them all day. */
const HEALTH_ROUTES: readonly (string | null)[] = ['/health', '/api/health', '/api/ready'];
/** Refusals of a body whose sender broke off: nobody reads them. */
const GONE_CODES: readonly (string | null)[] = ['body_cut', 'stream_cut'];

/** The one line of a request. */
export function requestLine(seen: RequestSeen): { level: LogLevel; fields: LogFields } {
  const { requestId, facts, actor, method, route, status, durationMs, address } = seen;
  const outcome = outcomeOf(status, facts.code);
  return {
    level: levelOf(outcome, route),
    fields: {
      requestId,
      // One id finds both sides: the request's is that of its trace (src/shared/http.ts).
      traceId: requestId,
      parentSpanId: facts.parentSpanId ?? undefined,
      ...{ method, route, status, durationMs: Math.round(durationMs * 10) / 10 },
      ...whoOf(actor, facts),
      address: shortAddress(address),
      outcome,
      code: facts.code ?? undefined,
    },
  };
}

function outcomeOf(status: number | null, code: string | null): RequestOutcome {
  if (status === null || GONE_CODES.includes(code)) return 'client_gone';
  if (status >= 500) return 'failed';
  return status >= 400 ? 'refused' : 'ok';
}

function levelOf(outcome: RequestOutcome, route: string | null): LogLevel {
  if (outcome === 'failed') return 'error';
  return outcome === 'ok' && HEALTH_ROUTES.includes(route) ? 'debug' : 'info';
}

function whoOf(actor: Actor, facts: RequestFacts): LogFields {
  const projectId = projectOf(actor, facts) ?? undefined;
  switch (actor.kind) {
    case 'user':
      return { userId: actor.userId, projectId };
    case 'key':
      return { keyId: actor.keyId, projectId };
    case 'anonymous':
    case 'system':
      return { keyId: facts.keyId ?? undefined, projectId };
  }
}

/** That the request is about, or that its key is of. */
export function projectOf(actor: Actor, { projectId }: RequestFacts): string | null {
  return projectId ?? (actor.kind === 'key' ? actor.projectId : null);
}
