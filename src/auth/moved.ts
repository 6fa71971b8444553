import { auditIfChanged } from '../audit/index.ts';
import type { Ctx } from '../env.ts';
import { browserOf } from '../shared/ua.ts';
import type { JsonObject } from '../wire/record.ts';
import type { Place } from './types.ts';

/**
 * What a session's audit row says when it goes on in another country, or in another browser or system; null where it did not move. A country that
 * is not known is none, and an address alone is no move: telephones get new ones all day.
 */
export function movedFrom(last: Place, now: Place): JsonObject | null {
  const changes: JsonObject = {};
  if (last.country !== null && now.country !== null && last.country !== now.country) {
    changes.country = { from: last.country, to: now.country };
  }
  const [before, after] = [nameOf(last.userAgent), nameOf(now.userAgent)];
  if (before !== after) changes.browser = { from: before, to: after };
  return Object.keys(changes).length === 0 ? null : changes;
}

/** Behind the statement that notes the place, or behind another audit row of that. */
export function auditMoved(ctx: Ctx, sessionId: string, moved: JsonObject): D1PreparedStatement {
  return auditIfChanged(ctx, { action: 'session.moved', target: sessionId, projectId: null, detail: moved });
}

function nameOf(userAgent: string): string {
  const { family, os } = browserOf(userAgent);
  return `${family}, ${os}`;
}
