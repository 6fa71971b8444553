import type { WebhookHealth } from '../../wire/delivery.ts';
import { getWebhookHealth } from '../api/health.ts';
import { useHealthUpdates } from './use-health-updates.ts';
import { type Resource, useResource } from './use-resource.ts';

/** How the destinations of a project are, kept up to date while it is shown. */
export function useHealth(project: string): Resource<WebhookHealth> {
  const health = useResource(project, (signal) => getWebhookHealth(project, signal), false);
  // An answer that is slow to come is waited for.
  useHealthUpdates(health.error !== null, () => health.loading || health.reload());
  return health;
}
