import type { Env } from '../env.ts';
import type { VersionedBrowserRules } from '../wire/browser.ts';
import { orNull, projectLimiter, type TakeContext } from './client.ts';

/** What the edge feature tells before it answers a change. The limiter keeps the newest version that it was told. */
export async function tellBrowserRules(env: Env, projectId: string, rules: VersionedBrowserRules): Promise<void> {
  await projectLimiter(env, projectId).useBrowserRules(rules);
}

/** How the project reads what browsers send; null where its limiter does not answer, which is logged. */
export async function askBrowserRules(ctx: TakeContext, projectId: string): Promise<VersionedBrowserRules | null> {
  return orNull<VersionedBrowserRules>(ctx, `project:${projectId}`, 'browser_rules', async (limiter) =>
    limiter.browserRules(),
  );
}
