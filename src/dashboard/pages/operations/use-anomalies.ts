import type { AnomalyPage } from '../../../wire/operations.ts';
import type { Answer } from '../../api/http.ts';
import { type AnomalyQuestion, listAnomalies, type OperationFilter } from '../../api/operations.ts';
import type { Span } from '../../lib/range.ts';
import { type Resource, useResource } from '../../state/use-resource.ts';

/** Of the scope and of each of its gateways, or of what the page is narrowed to; the newest first, of one hour the farthest out first. */
export function useAnomalies(filter: OperationFilter, span: Span): Resource<AnomalyPage> {
  return useResource(JSON.stringify([filter, span]), async (signal): Promise<Answer<AnomalyPage>> => {
    const pages = await Promise.all(anomalyQuestions(filter).map((question) => listAnomalies(question, span, signal)));
    const items: AnomalyPage['items'] = [];
    let complete = true;
    for (const page of pages) {
      if (!page.ok) return page;
      items.push(...page.value.items);
      complete &&= page.value.complete && page.value.nextCursor === null;
    }
    items.sort((a, b) => b.ts - a.ts || Math.abs(b.score) - Math.abs(a.score));
    return { ok: true, value: { items, nextCursor: null, complete }, headers: new Headers() };
  });
}

/** One label at a time is what sums are known by. */
export function anomalyQuestions({ project, scope, gateway, operation }: OperationFilter): AnomalyQuestion[] {
  if (gateway !== '') return [{ project, scope, by: 'gateway', value: gateway }];
  if (operation !== '') return [{ project, scope, by: 'operation', value: operation }];
  return [
    { project, scope, by: null, value: null },
    { project, scope, by: scope === 'p2p' ? 'gateway' : 'operation', value: null },
  ];
}
