import type { Ctx } from '../../env.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Attempt, DeliveryDetail } from '../../wire/delivery.ts';
import { secretsOf, withoutSecrets } from '../attempt/safe-text.ts';
import { maskedUrl } from '../destinations/definition/show.ts';
import { findDestination } from '../destinations/store.ts';
import type { DeliveryError } from '../errors.ts';
import { asked, type OpenDestination } from '../object.ts';

/** A delivery's id begins with its destination's, which has no hyphen. Null for what is no such id. */
export function destinationOfDelivery(id: string): string | null {
  return /^(dst_[0-9a-z]+)-/.exec(id)?.[1] ?? null;
}

/** With its event and its attempts. Errors: not_found, destination_away. */
export async function findDelivery(
  ctx: Ctx,
  open: OpenDestination,
  projectId: string,
  id: string,
  { seesUrl }: { seesUrl: boolean },
): Promise<Result<DeliveryDetail, DeliveryError>> {
  const destinationId = destinationOfDelivery(id);
  const destination = destinationId && (await findDestination(ctx.env.DB, projectId, destinationId));
  if (!destination) return err({ kind: 'not_found' });
  const found = await asked(ctx, destination.id, 'find', () => open(ctx, destination.id).find(id));
  if (!found.ok) return found;
  if (found.value === null) return err({ kind: 'not_found' });
  if (seesUrl) return ok(found.value);
  return ok({ ...found.value, log: found.value.log.map(maskAttempt) });
}

/** For who may not see where a destination leads in full, neither in the request nor where the answer repeats it. */
export function maskAttempt(attempt: Attempt): Attempt {
  const { request, response } = attempt;
  const secrets = secretsOf(request.url);
  const hide = (text: string) => withoutSecrets(text, secrets);
  return {
    ...attempt,
    request: { ...request, url: maskedUrl(request.url) },
    response: response && {
      ...response,
      headers: Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, hide(value)])),
      body: hide(response.body),
    },
  };
}
