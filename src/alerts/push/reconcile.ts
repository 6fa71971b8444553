import { auditedBatch } from '../../audit/index.ts';
import type { Ctx } from '../../env.ts';
import { deleteOldAcknowledgements, unappliedAcknowledgements } from '../firings/acknowledgement-store.ts';
import { deleteEndedSilences } from '../silences/store.ts';
import { pushAcknowledgement } from './push-acknowledgement.ts';
import { pushSettings } from './push-settings.ts';
import { unconfirmedSettings } from './settings-store.ts';

/** In one run. Settings take four statements and a call each, acknowledgements at most four and a call, of a thousand an invocation. */
const MAX_SETTINGS_PER_RUN = 40;
const MAX_ACKNOWLEDGEMENTS_PER_RUN = 60;

const DAY_MS = 86_400_000;
/** As long as an audit of who kept what quiet looks back. What was said stays in audit. */
const SILENCES_KEPT_MS = 90 * DAY_MS;
const ACKNOWLEDGEMENTS_KEPT_MS = 400 * DAY_MS;
const ROWS_PER_DELETE = 1_000;

/**
 * Cron: tells the objects of alerts what they have not confirmed: after alerts_pending that nobody repeated, and after a crash between batch and push.
 */
export async function reconcileAlerts(
  ctx: Ctx,
): Promise<{ settings: number; acknowledgements: number; unknownFirings: number; failed: number }> {
  const counts = { settings: 0, acknowledgements: 0, unknownFirings: 0, failed: 0 };
  for (const projectId of await unconfirmedSettings(ctx.env.DB, MAX_SETTINGS_PER_RUN)) {
    const pushed = await pushSettings(ctx, projectId, null);
    counts[pushed.ok ? 'settings' : 'failed']++;
  }
  for (const stored of await unappliedAcknowledgements(ctx.env.DB, MAX_ACKNOWLEDGEMENTS_PER_RUN)) {
    const pushed = await pushAcknowledgement(ctx, stored);
    if (pushed.ok) counts.acknowledgements++;
    else counts[pushed.error.kind === 'alerts_pending' ? 'failed' : 'unknownFirings']++;
  }
  return counts;
}

/** Cron: forgets silences and acknowledgements past their time. The next run goes on. */
export async function forgetAlerts(ctx: Ctx): Promise<{ silences: number; acknowledgements: number }> {
  const { env, nowMs } = ctx;
  const [silences, acknowledgements] = await auditedBatch(ctx, [
    deleteEndedSilences(env.DB, nowMs - SILENCES_KEPT_MS, ROWS_PER_DELETE),
    deleteOldAcknowledgements(env.DB, nowMs - ACKNOWLEDGEMENTS_KEPT_MS, ROWS_PER_DELETE),
  ]);
  return { silences: silences?.results.length ?? 0, acknowledgements: acknowledgements?.meta.changes ?? 0 };
}
