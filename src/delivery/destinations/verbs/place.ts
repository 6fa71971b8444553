import type { Ctx } from '../../../env.ts';
import type { CheckedFor } from '../definition/check.ts';

/** Of the project that a request concerns, and of the deployment that it came to. */
export interface Place {
  projectId: string;
  projectName: string;
  /** Of the request: no destination may lead back here. */
  origin: string;
}

export function checkedFor({ config, nowMs }: Ctx, { projectId, projectName, origin }: Place): CheckedFor {
  return {
    environment: config.environment,
    ownHosts: [new URL(origin).host, ...config.publicHosts],
    projectId,
    projectName,
    nowMs,
  };
}
