import { alertsControl } from './alerts/index.ts';
import type { AuthPorts } from './auth/index.ts';
import { destinationOf, destinationsEverywhere } from './delivery/index.ts';
import type { Ctx } from './env.ts';
import type { SchemaPort } from './etl/index.ts';
import { fraudControl } from './fraud/index.ts';
import { journalControl } from './journal/index.ts';
import { setProjectLimits } from './limits/index.ts';
import { liveControl } from './live/index.ts';
import type { NoticePorts } from './notices/index.ts';
import { type KeyRevocationPort, unknownProjects } from './projects/index.ts';

/** Who must know of a revocation before it is answered: those who take data without asking D1, and those who hold open sockets. */
export function revocations(ctx: Ctx): KeyRevocationPort {
  const journals = journalControl(ctx.env, ctx.config);
  const fraud = fraudControl(ctx.env);
  const alerts = alertsControl(ctx.env);
  const sockets = liveControl(ctx.env, ctx.nowMs);
  return {
    async revokeKey(projectId, keyId, fromMs) {
      await Promise.all([
        journals.revokeKey(projectId, keyId, fromMs),
        fraud.revokeKey(projectId, keyId, fromMs),
        sockets.closeKey(projectId, keyId, fromMs),
      ]);
    },
    async setProjectDisabled(projectId, disabled) {
      await Promise.all([
        journals.setProjectDisabled(projectId, disabled),
        fraud.setProjectDisabled(projectId, disabled),
        alerts.setProjectDisabled(projectId, disabled),
      ]);
      if (disabled) await sockets.closeProject(projectId);
    },
    setProjectLimits: (projectId, limits) => setProjectLimits(ctx.env, projectId, limits),
  };
}

/** What sign-in needs of the features above it. */
export function authPorts(ctx: Ctx): AuthPorts {
  const sockets = liveControl(ctx.env, ctx.nowMs);
  return {
    unknownProjects: (projectIds) => unknownProjects(ctx.env.DB, projectIds),
    sessionsEnded: (userId, sessionId) =>
      sessionId === null ? sockets.closeUser(userId) : sockets.closeSession(sessionId),
  };
}

/** Who must know of a new schema for telemetry before it is answered: sockets go by it without asking D1. */
export function schemaPort(ctx: Ctx): SchemaPort {
  const sockets = liveControl(ctx.env, ctx.nowMs);
  return { telemetrySchemaSaved: (projectId, saved) => sockets.useSchema(projectId, saved) };
}

/** In one list. */
const MAX_DESTINATIONS_SHOWN = 1_000;

/** Where notices to operators go: the same destinations that alerts have. */
export const noticePorts: NoticePorts = {
  async enqueue({ env }, destinationId, events) {
    const answer = await destinationOf(env, destinationId).enqueue(events);
    return 'kind' in answer ? answer.kind : 'enqueued';
  },
  find: ({ env }, ids) => destinationsEverywhere(env.DB, ids, MAX_DESTINATIONS_SHOWN),
  list: ({ env }) => destinationsEverywhere(env.DB, null, MAX_DESTINATIONS_SHOWN),
};
