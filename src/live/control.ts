import type { Env } from '../env.ts';
import type { TelemetrySchema } from '../etl/index.ts';
import { allProjectIds } from '../projects/index.ts';
import type { SocketMatch } from './identity.ts';

/** Hubs told at once: each call may wake one. */
const HUBS_AT_ONCE = 50;

export interface LiveControl {
  /** Closes the sockets of one session in every project. */
  closeSession(sessionId: string): Promise<void>;
  /** Closes all sockets of a user in every project, also in those that the user may no longer see. */
  closeUser(userId: string): Promise<void>;
  /** Closes the sockets of a key at `fromMs`, or at once where that is past. */
  closeKey(projectId: string, keyId: string, fromMs: number): Promise<void>;
  /** Closes every socket of a project. */
  closeProject(projectId: string): Promise<void>;
  /** Telemetry on the sockets of a project goes by this schema from now on. */
  useSchema(projectId: string, schema: TelemetrySchema): Promise<void>;
}

/** Ends open sockets after a revocation, before that is answered. Throws where a hub cannot be told; all calls may be repeated. */
export function liveControl(env: Env, nowMs: number): LiveControl {
  const close = async (projectId: string, match: SocketMatch, atMs: number): Promise<void> => {
    await env.HUB.getByName(projectId).closeWhere(match, atMs);
  };
  const everywhere = async (match: SocketMatch): Promise<void> => {
    const projectIds = await allProjectIds(env.DB);
    for (let i = 0; i < projectIds.length; i += HUBS_AT_ONCE) {
      await Promise.all(projectIds.slice(i, i + HUBS_AT_ONCE).map((projectId) => close(projectId, match, nowMs)));
    }
  };
  return {
    closeSession: (sessionId) => everywhere({ kind: 'session', sessionId }),
    closeUser: (userId) => everywhere({ kind: 'user', userId }),
    closeKey: (projectId, keyId, fromMs) => close(projectId, { kind: 'key', keyId }, fromMs),
    useSchema: async (projectId, schema) => env.HUB.getByName(projectId).useSchema(schema),
    closeProject: (projectId) => close(projectId, { kind: 'everyone' }, nowMs),
  };
}
