import type { Ctx, Env } from '../env.ts';
import { log } from '../shared/log.ts';
import type { AlertsCalls } from './calls.ts';

/** The object as a caller has it: each call takes a way and can fail. A throw means that it did not answer. */
export type AlertsObject = {
  [Name in keyof AlertsCalls]: (
    ...asked: Parameters<AlertsCalls[Name]>
  ) => Promise<Awaited<ReturnType<AlertsCalls[Name]>>>;
};

/** The one object of a project that decides which rules fire. */
export function alertsOf(env: Env, projectId: string): AlertsObject {
  return env.ALERTS.getByName(projectId);
}

/** What the projects feature tells the object before it answers. */
export function alertsControl(env: Env): { setProjectDisabled(projectId: string, disabled: boolean): Promise<void> } {
  return {
    setProjectDisabled: (projectId, disabled) => alertsOf(env, projectId).setDisabled(projectId, disabled),
  };
}

/** Calls the object of a project; null, and a line in the log, where it did not answer. */
export async function orAway<T extends {}>(
  ctx: Ctx,
  projectId: string,
  what: string,
  call: (object: AlertsObject) => Promise<T>,
): Promise<T | null> {
  try {
    return await call(alertsOf(ctx.env, projectId));
  } catch (cause) {
    const { requestId } = ctx;
    log('error', 'alerts_away', { what, requestId, projectId, cause: String(cause) });
    return null;
  }
}
