import type { Communication, CommunicationTemplate } from '../../wire/compliance.ts';
import type { PageAt } from './archives.ts';
import { type Answer, request } from './http.ts';
import { listAll } from './list-all.ts';
import type { List } from './types.ts';

const templateAt = (id: string) => `/api/compliance/templates/${encodeURIComponent(id)}`;

export function listTemplates(signal: AbortSignal): Promise<Answer<List<CommunicationTemplate>>> {
  return listAll('/api/compliance/templates', {}, signal);
}

export type TemplateInput = Pick<CommunicationTemplate, 'name' | 'purpose' | 'subject' | 'body'>;

export function createTemplate(input: TemplateInput): Promise<Answer<CommunicationTemplate>> {
  return request('POST', '/api/compliance/templates', { body: input });
}

/** `version` is the one that was read: the server refuses when another change came between. */
export function changeTemplate(
  id: string,
  input: TemplateInput & { version: number },
): Promise<Answer<CommunicationTemplate>> {
  return request('PUT', templateAt(id), { body: input });
}

export function deleteTemplate(id: string): Promise<Answer<void>> {
  return request('DELETE', templateAt(id));
}

/** What was said about: a request for deletion, or a breach. */
export interface Subject {
  kind: 'deletions' | 'breaches';
  id: string;
}

const logOf = ({ kind, id }: Subject) => `/api/compliance/${kind}/${encodeURIComponent(id)}/communications`;

/** The newest first. */
export function listCommunications(
  subject: Subject,
  page: PageAt,
  signal: AbortSignal,
): Promise<Answer<List<Communication>>> {
  return request('GET', logOf(subject), { params: { order: 'desc', ...page }, signal });
}

/** A template with its placeholders filled in for the subject. */
export function draftOf(subject: Subject, templateId: string): Promise<Answer<{ subject: string; body: string }>> {
  return request('GET', `${logOf(subject)}/draft`, { params: { template: templateId } });
}

export interface CommunicationInput
  extends Pick<Communication, 'channel' | 'recipient' | 'templateId' | 'subject' | 'body'> {
  /** Left out: now. */
  atMs?: number;
}

export function recordCommunication(subject: Subject, said: CommunicationInput): Promise<Answer<Communication>> {
  return request('POST', logOf(subject), { body: said });
}
