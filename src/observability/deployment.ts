import packageJson from '../../package.json';
import type { Env } from '../env.ts';

/** What runs: the version of the program, and of the deployment what the platform says of it. */
export interface Deployment {
  version: string;
  /** Null where the platform does not say: on one machine. */
  deployment: {
    /** As `wrangler versions list` and the dashboard of Cloudflare have it. */
    id: string;
    /** As given with `wrangler deploy --tag`; null without one. */
    tag: string | null;
    createdAtMs: number;
    /** Since it was created, which a deployment does at once; of a version that was rolled back to, since it was first there. */
    uptimeSeconds: number;
  } | null;
}

/** Touches no store. */
export function deploymentOf({ VERSION }: Pick<Env, 'VERSION'>, nowMs: number): Deployment {
  const createdAtMs = Date.parse(VERSION?.timestamp ?? '');
  const isKnown = VERSION !== undefined && Number.isFinite(createdAtMs) && createdAtMs > 0;
  return {
    version: packageJson.version,
    deployment: isKnown
      ? {
          ...{ id: VERSION.id, tag: VERSION.tag === '' ? null : VERSION.tag, createdAtMs },
          uptimeSeconds: Math.max(0, Math.floor((nowMs - createdAtMs) / 1_000)),
        }
      : null,
  };
}
