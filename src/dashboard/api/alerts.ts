import type {
  AlertRule,
  AlertRuleInput,
  Firing,
  FiringState,
  RulePreview,
  RuleStatus,
  Silence,
} from '../../wire/alerts.ts';
import { type Answer, type ApiError, request } from './http.ts';
import { listAll } from './list-all.ts';
import type { List } from './types.ts';

/** A rule of the list, with what it is doing; null before it was evaluated for the first time. */
export type ListedRule = AlertRule & { status: RuleStatus | null };

const ruleAt = (id: string) => `/api/alerts/rules/${encodeURIComponent(id)}`;

/** It is stored, and in force within minutes: to send it again would make it twice. */
export function isStored(error: ApiError): boolean {
  return error.kind === 'problem' && error.code === 'alerts_pending';
}

/** All of them: a project has at most 200. */
export function listRules(project: string, signal: AbortSignal): Promise<Answer<List<ListedRule>>> {
  return listAll('/api/alerts/rules', { project }, signal);
}

export function createRule(project: string, rule: AlertRuleInput): Promise<Answer<AlertRule>> {
  return request('POST', '/api/alerts/rules', { params: { project }, body: rule });
}

/** `version` is the one that was read: the server refuses when another change came between. */
export function changeRule(
  project: string,
  id: string,
  rule: AlertRuleInput & { version: number },
): Promise<Answer<AlertRule>> {
  return request('PUT', ruleAt(id), { params: { project }, body: rule });
}

export function deleteRule(project: string, id: string): Promise<Answer<void>> {
  return request('DELETE', ruleAt(id), { params: { project } });
}

/** When the rule would have fired in the last week. Nothing is kept, nobody is told. */
export function previewRule(project: string, rule: AlertRuleInput, signal: AbortSignal): Promise<Answer<RulePreview>> {
  return request('POST', '/api/alerts/rules/preview', { params: { project }, body: rule, signal });
}

/** The newest first. */
export function listFirings(
  project: string,
  query: { state: FiringState; rule: string | null },
  page: { limit: number; cursor: string | null },
  signal: AbortSignal,
): Promise<Answer<List<Firing>>> {
  return request('GET', '/api/alerts/firings', { params: { project, ...query, ...page }, signal });
}

export function getFiring(project: string, id: string, signal: AbortSignal): Promise<Answer<Firing>> {
  return request('GET', `/api/alerts/firings/${encodeURIComponent(id)}`, { params: { project }, signal });
}

/** Stops that it is told again; that it ends is still told. */
export function acknowledge(project: string, id: string, note: string): Promise<Answer<unknown>> {
  return request('POST', `/api/alerts/firings/${encodeURIComponent(id)}/acknowledge`, {
    params: { project },
    body: note === '' ? {} : { note },
  });
}

/** Those that have not ended. */
export function listSilences(project: string, signal: AbortSignal): Promise<Answer<List<Silence>>> {
  return listAll('/api/alerts/silences', { project }, signal);
}

export interface SilenceInput {
  matchers: Record<string, string>;
  untilMs: number;
  comment?: string;
}

export function createSilence(project: string, silence: SilenceInput): Promise<Answer<Silence>> {
  return request('POST', '/api/alerts/silences', { params: { project }, body: silence });
}

/** It ends now. */
export function endSilence(project: string, id: string): Promise<Answer<void>> {
  return request('DELETE', `/api/alerts/silences/${encodeURIComponent(id)}`, { params: { project } });
}
