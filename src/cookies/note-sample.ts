import { waitUntil } from 'cloudflare:workers';
import type { Ctx } from '../env.ts';
import { log } from '../shared/log.ts';
import type { CookieSample } from './day.ts';

/**
 * Adds a sample to the project's history behind the answer, which does not rest on it: the page that asks waits for no disk. An object that is away
 * loses the sample, and the log says so.
 */
export function noteSample(
  { env, requestId }: Pick<Ctx, 'env' | 'requestId'>,
  projectId: string,
  sample: CookieSample,
): void {
  waitUntil(
    (async () => {
      try {
        await env.FRAUD.getByName(projectId).noteCookies(sample);
      } catch (cause) {
        log('error', 'cookie_sample_lost', { requestId, projectId, cause: String(cause) });
      }
    })(),
  );
}
