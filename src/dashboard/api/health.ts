import type { WebhookHealth } from '../../wire/delivery.ts';
import { type Answer, request } from './http.ts';

/** 503 is an answer too: it is how probes of other tools are told that something is degraded. */
export async function getWebhookHealth(project: string, signal: AbortSignal): Promise<Answer<WebhookHealth>> {
  const answer = await request<WebhookHealth>('GET', '/api/health/webhook', { params: { project }, signal });
  if (answer.ok || answer.error.kind !== 'problem' || answer.error.status !== 503) return answer;
  const { members } = answer.error;
  if (!Array.isArray(members.destinations)) return answer;
  return { ok: true, value: members as unknown as WebhookHealth, headers: new Headers() };
}
