import packageJson from '../../package.json';
import type { Ctx } from '../env.ts';
import type { Deployed } from '../wire/health.ts';

/** Touches no store. */
export function deploymentOf({ env: { VERSION }, config, nowMs }: Pick<Ctx, 'env' | 'config' | 'nowMs'>): Deployed {
  // The platform goes by the real clock.
  const realNowMs = nowMs - config.clockOffsetMs;
  const createdAtMs = Date.parse(VERSION?.timestamp ?? '');
  const isKnown = VERSION !== undefined && Number.isFinite(createdAtMs) && createdAtMs > 0;
  return {
    version: packageJson.version,
    deployment: isKnown
      ? {
          ...{ id: VERSION.id, tag: VERSION.tag === '' ? null : VERSION.tag, createdAtMs },
          uptimeSeconds: Math.max(0, Math.floor((realNowMs - createdAtMs) / 1_000)),
        }
      : null,
  };
}
