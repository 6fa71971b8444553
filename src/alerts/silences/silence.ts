import * as z from 'zod';
import { actorId, auditedBatch, auditIfChanged } from '../../audit/index.ts';
import type { Ctx } from '../../env.ts';
import { hasChanged } from '../../shared/changed.ts';
import { randomId } from '../../shared/ids.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { optionalTextSchema } from '../../shared/text-schema.ts';
import { timeSchema } from '../../shared/time-schema.ts';
import type { Silence } from '../../wire/alerts.ts';
import { actorName } from '../actor-name.ts';
import type { AlertError } from '../errors.ts';
import { pushSettings } from '../push/push-settings.ts';
import { bumpIfChanged } from '../push/settings-store.ts';
import { deleteSilenceRow, insertSilence, type SilenceRow, selectSilences, silenceOfRow } from './store.ts';

/** All are given to the object with each change, and asked at each notice. */
const MAX_SILENCES = 500;
const MAX_MATCHERS = 10;
const MAX_LABEL_CHARS = 256;
/** Longer is a rule that should be switched off. */
const MAX_SILENCE_MS = 366 * 86_400_000;

export const silenceSchema = z.lazy(() =>
  z.strictObject({
    matchers: z
      .record(
        z.string().min(1).max(MAX_LABEL_CHARS),
        z.string().max(MAX_LABEL_CHARS, `must have at most ${MAX_LABEL_CHARS} characters`),
      )
      .refine(
        (matchers) => Object.keys(matchers).length > 0,
        'must name a label: what has none would silence everything',
      )
      .refine((matchers) => Object.keys(matchers).length <= MAX_MATCHERS, `must have at most ${MAX_MATCHERS} labels`),
    /** Left out: now. */
    fromMs: timeSchema.nullable().default(null),
    untilMs: timeSchema,
    comment: optionalTextSchema(),
  }),
);

export type SilenceInput = z.output<typeof silenceSchema>;

/** Those that have not ended, the next to end first. */
export async function listSilences(ctx: Ctx, projectId: string): Promise<Silence[]> {
  const { results } = await selectSilences(ctx.env.DB, projectId, ctx.nowMs).all<SilenceRow>();
  return results.map(silenceOfRow);
}

/** In force at the object before the answer. Errors: invalid, too_many_silences, alerts_pending. */
export async function createSilence(
  ctx: Ctx,
  projectId: string,
  { matchers, fromMs: from, untilMs, comment }: SilenceInput,
  origin: string,
): Promise<Result<Silence, AlertError>> {
  const { env, nowMs } = ctx;
  const fromMs = from ?? nowMs;
  const reason = rangeFault(fromMs, untilMs, nowMs);
  if (reason !== null) return err({ kind: 'invalid', errors: [{ pointer: '/untilMs', reason }] });
  const created = { createdBy: actorId(ctx.actor) ?? '', createdByName: actorName(ctx.actor), createdAtMs: nowMs };
  const silence: Silence = { id: randomId('sil'), projectId, matchers, fromMs, untilMs, comment, ...created };
  const [inserted] = await auditedBatch(ctx, [
    insertSilence(env.DB, silence, MAX_SILENCES),
    auditIfChanged(ctx, {
      ...{ action: 'alert_silence.create', target: silence.id, projectId },
      detail: { matchers, fromMs, untilMs, comment },
    }),
    bumpIfChanged(env.DB, projectId, nowMs),
  ]);
  if (!hasChanged(inserted)) return err({ kind: 'too_many_silences', most: MAX_SILENCES });
  const pushed = await pushSettings(ctx, projectId, origin, silence.id);
  return pushed.ok ? ok(silence) : pushed;
}

/** It ends now: what it held back is told if it still fires. Errors: silence_not_found, alerts_pending. */
export async function endSilence(
  ctx: Ctx,
  projectId: string,
  id: string,
  origin: string,
): Promise<Result<null, AlertError>> {
  const { env, nowMs } = ctx;
  const [deleted] = await auditedBatch(ctx, [
    deleteSilenceRow(env.DB, projectId, id),
    auditIfChanged(ctx, { action: 'alert_silence.end', target: id, projectId, detail: {} }),
    bumpIfChanged(env.DB, projectId, nowMs),
  ]);
  if (!hasChanged(deleted)) return err({ kind: 'silence_not_found' });
  return pushSettings(ctx, projectId, origin);
}

function rangeFault(fromMs: number, untilMs: number, nowMs: number): string | null {
  if (untilMs <= nowMs) return 'must be in the future';
  if (untilMs <= fromMs) return 'must be after fromMs';
  return untilMs - fromMs > MAX_SILENCE_MS ? 'must be within 366 days of fromMs' : null;
}
