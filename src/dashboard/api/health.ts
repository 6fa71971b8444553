import type { WebhookHealth } from '../../wire/delivery.ts';
import type { ReadyAnswer } from '../../wire/health.ts';
import type { LogSettings, LogSettingsAnswer } from '../../wire/log-settings.ts';
import { type Answer, request } from './http.ts';

/** 503 is an answer too: it is how probes of other tools are told that something is degraded. */
export async function getWebhookHealth(project: string, signal: AbortSignal): Promise<Answer<WebhookHealth>> {
  const answer = await request<WebhookHealth>('GET', '/api/health/webhook', { params: { project }, signal });
  if (answer.ok || answer.error.kind !== 'problem' || answer.error.status !== 503) return answer;
  const { members } = answer.error;
  if (!Array.isArray(members.destinations)) return answer;
  return { ok: true, value: members as unknown as WebhookHealth, headers: new Headers() };
}

/** Here too: what is not ready says what of it is not. */
export async function getReady(signal: AbortSignal): Promise<Answer<ReadyAnswer>> {
  const answer = await request<ReadyAnswer>('GET', '/api/ready', { signal });
  if (answer.ok || answer.error.kind !== 'problem' || answer.error.status !== 503) return answer;
  const { members } = answer.error;
  if (!Array.isArray(members.checks)) return answer;
  return { ok: true, value: members as unknown as ReadyAnswer, headers: new Headers() };
}

export function getLogSettings(signal: AbortSignal): Promise<Answer<LogSettingsAnswer>> {
  return request('GET', '/api/log-settings', { signal });
}

export function putLogSettings(settings: LogSettings): Promise<Answer<LogSettingsAnswer>> {
  return request('PUT', '/api/log-settings', { body: settings });
}
