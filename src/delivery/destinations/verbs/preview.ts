import * as z from 'zod';
import type { Ctx } from '../../../env.ts';
import type { Result } from '../../../shared/result.ts';
import { DESTINATION_KINDS, type DeliveryEvent } from '../../../wire/delivery.ts';
import type { JsonObject } from '../../../wire/record.ts';
import { renderBody } from '../../body/render-body.ts';
import { sampleEvent } from '../../body/sample-event.ts';
import type { RenderedBody, TemplateFailure } from '../../body/types.ts';
import { MAX_TEMPLATE_CHARS } from '../definition/schema.ts';
import type { Place } from './place.ts';

export const previewSchema = z.lazy(() =>
  z.strictObject({
    kind: z.enum(DESTINATION_KINDS),
    template: z
      .string()
      .max(MAX_TEMPLATE_CHARS, `must have at most ${MAX_TEMPLATE_CHARS} characters`)
      .nullable()
      .default(null)
      .transform((text) => text || null),
    /** Left out: an alert with one firing. What is left out of it is as there. */
    event: z
      .strictObject({
        type: z.string().min(1).max(64).exactOptional(),
        data: z.record(z.string(), z.json()).exactOptional(),
      })
      .nullable()
      .default(null),
  }),
);

export type PreviewInput = z.infer<typeof previewSchema>;

/** What would be sent; nothing is. Error: template_failed. */
export function previewBody(
  ctx: Ctx,
  place: Place,
  { kind, template, event }: PreviewInput,
): Result<RenderedBody & { event: DeliveryEvent }, TemplateFailure> {
  const sample = sampleEvent({ ...place, nowMs: ctx.nowMs });
  const shown: DeliveryEvent = {
    ...sample,
    type: event?.type ?? 'alert.firing',
    data: { ...sample.data, ...(event?.data as JsonObject | undefined) },
  };
  const rendered = renderBody({ kind, template }, shown);
  return rendered.ok ? { ok: true, value: { ...rendered.value, event: shown } } : rendered;
}
