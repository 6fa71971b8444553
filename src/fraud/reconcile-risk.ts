import type { Ctx } from '../env.ts';
import { pushSettings } from './push-settings.ts';
import { pushVerdict } from './push-verdict.ts';
import type { OpenRiskObject } from './risk-object.ts';
import { unconfirmedSettings } from './settings-store.ts';
import { unappliedVerdicts } from './verdict-store.ts';

/** In one run. Settings take up to fifteen statements and calls each (three rounds of read, push and confirm), verdicts five, of a thousand an invocation. */
const MAX_SETTINGS_PER_RUN = 20;
const MAX_VERDICTS_PER_RUN = 100;

/**
 * Cron: tells the Fraud objects what they have not confirmed: after settings_pending or verdict_pending that nobody repeated, and after a crash between
 * batch and push.
 */
export async function reconcileRisk(
  ctx: Ctx,
  open: OpenRiskObject,
): Promise<{ settings: number; verdicts: number; unknownEvents: number; failed: number }> {
  const counts = { settings: 0, verdicts: 0, unknownEvents: 0, failed: 0 };
  for (const projectId of await unconfirmedSettings(ctx.env.DB, MAX_SETTINGS_PER_RUN)) {
    const pushed = await pushSettings(ctx, open(ctx, projectId), projectId);
    counts[pushed.ok ? 'settings' : 'failed']++;
  }
  for (const verdict of await unappliedVerdicts(ctx.env.DB, MAX_VERDICTS_PER_RUN)) {
    const pushed = await pushVerdict(ctx, open(ctx, verdict.projectId), verdict);
    if (pushed.ok) counts.verdicts++;
    else counts[pushed.error.kind === 'event_not_found' ? 'unknownEvents' : 'failed']++;
  }
  return counts;
}
