import { auditedBatch, auditIfChanged } from '../../audit/index.ts';
import type { Ctx } from '../../env.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { AlertError } from '../errors.ts';
import {
  confirmAcknowledgement,
  dropAcknowledgement,
  type StoredAcknowledgement,
} from '../firings/acknowledgement-store.ts';
import { orAway } from '../object.ts';

/**
 * Tells the object of an acknowledgement. One of a firing that it does not have, or that had ended, is taken out again, so that the table holds no
 * ids that somebody made up, and nothing that did not take effect. Errors: firing_not_found, firing_over, alerts_pending.
 */
export async function pushAcknowledgement(ctx: Ctx, stored: StoredAcknowledgement): Promise<Result<null, AlertError>> {
  const { projectId, applied: _, ...acknowledgement } = stored;
  const { firingId } = acknowledgement;
  const told = await orAway(ctx, projectId, 'acknowledgement', (object) => object.acknowledge(acknowledgement));
  switch (told) {
    case null:
      return err({ kind: 'alerts_pending', id: null });
    case 'applied':
      await confirmAcknowledgement(ctx.env.DB, stored).run();
      return ok(null);
    case 'over':
    case 'unknown_firing':
      await auditedBatch(ctx, [
        dropAcknowledgement(ctx.env.DB, projectId, firingId),
        auditIfChanged(ctx, {
          action: 'alert_firing.drop_acknowledgement',
          target: firingId,
          projectId,
          detail: { reason: told },
        }),
      ]);
      return err({ kind: told === 'over' ? 'firing_over' : 'firing_not_found' });
  }
}
