import type { Ctx } from '../env.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { DryRun } from '../wire/fraud.ts';
import { currentSettings } from './read-settings.ts';
import { changedSettings, type SettingsChange } from './risk/change.ts';
import { Replay } from './risk/replay.ts';
import type { RiskError } from './risk-errors.ts';
import type { RiskObject } from './risk-object.ts';
import { REVIEW_BELOW_DENY } from './settings-schema.ts';

const DAY_MS = 86_400_000;
const DEFAULT_RANGE_MS = 7 * DAY_MS;
/** Somebody waits for the answer, and the object scores events meanwhile. */
const MAX_EVENTS = 50_000;
const MAX_ELAPSED_MS = 10_000;
/** About a megabyte as the object sends it, of the 32 MiB that a call may carry. */
const PAGE_EVENTS = 500;

/**
 * What other settings would have decided of the events of a range, by default the last 7 days, against what was decided. Changes nothing. Looks at
 * 50,000 events or for 10 s. `elapsedMs` is the time since the request came. Error: invalid (reviewAt is not below denyAt, or the range is empty).
 */
export async function dryRun(
  ctx: Ctx,
  object: RiskObject,
  projectId: string,
  tried: { settings: SettingsChange; fromMs: number | null; toMs: number | null },
  elapsedMs: () => number,
): Promise<Result<DryRun, RiskError>> {
  const current = await currentSettings(ctx, projectId);
  const settings = changedSettings(current, tried.settings);
  if (settings.reviewAt >= settings.denyAt) {
    return err({
      kind: 'invalid',
      errors: [{ ...REVIEW_BELOW_DENY, pointer: `/settings${REVIEW_BELOW_DENY.pointer}` }],
    });
  }
  const toMs = tried.toMs ?? ctx.nowMs + 1;
  const fromMs = tried.fromMs ?? toMs - DEFAULT_RANGE_MS;
  if (fromMs >= toMs) return err({ kind: 'invalid', errors: [{ pointer: '/to', reason: 'must be after from' }] });

  const replay = new Replay(settings);
  let cursor: string | null = null;
  let left = MAX_EVENTS;
  do {
    const page = await object.eventsForReplay({ fromMs, toMs, cursor, limit: Math.min(PAGE_EVENTS, left) });
    for (const event of page.items) replay.add(event);
    left -= page.items.length;
    cursor = page.nextCursor;
  } while (cursor !== null && left > 0 && elapsedMs() < MAX_ELAPSED_MS);
  return ok({ ...replay.result(), fromMs, toMs, rulesVersion: current.version, truncated: cursor !== null });
}
