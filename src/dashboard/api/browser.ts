import type { BrowserRules, BrowserRulesAnswer, PagePreview } from '../../wire/browser.ts';
import { type Answer, request } from './http.ts';

const browser = (projectId: string) => `/api/projects/${encodeURIComponent(projectId)}/browser`;

export function getBrowserRules(projectId: string, signal: AbortSignal): Promise<Answer<BrowserRulesAnswer>> {
  return request('GET', browser(projectId), { signal });
}

export function putBrowserRules(
  projectId: string,
  rules: BrowserRules & { version: number },
): Promise<Answer<BrowserRulesAnswer>> {
  return request('PUT', browser(projectId), { body: rules });
}

export function previewPages(
  projectId: string,
  paths: readonly string[],
  pageRules: readonly string[],
  signal: AbortSignal,
): Promise<Answer<PagePreview>> {
  return request('POST', `${browser(projectId)}/preview`, { body: { paths, pageRules }, signal });
}
