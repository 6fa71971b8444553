import { useEffect, useRef } from 'preact/hooks';
import type { WebhookHealth } from '../../wire/delivery.ts';
import { getWebhookHealth } from '../api/health.ts';
import { healthChanges } from './pulse.ts';
import { type Resource, useResource } from './use-resource.ts';

const EVERY_MS = 5_000;

/** How the destinations of a project are, asked again at every change that is told of and every few seconds, but not in a tab that nobody sees. */
export function useHealth(project: string): Resource<WebhookHealth> {
  const health = useResource(project, (signal) => getWebhookHealth(project, signal), false);
  const latest = useRef(health);
  latest.current = health;
  useEffect(() => {
    const known = healthChanges.peek();
    return healthChanges.subscribe((changes) => {
      if (changes !== known && !document.hidden) latest.current.reload();
    });
  }, []);
  useEffect(() => {
    const timer = setInterval(() => {
      // An answer that is slow to come is waited for.
      if (!document.hidden && !latest.current.loading) latest.current.reload();
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return health;
}
