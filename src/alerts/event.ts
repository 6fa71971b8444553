import type { AlertRule, Firing } from '../wire/alerts.ts';
import type { DeliveryEvent } from '../wire/delivery.ts';
import type { JsonObject } from '../wire/record.ts';
import { groupLabelOf } from './state/index.ts';

/**
 * Of the firings in one notice: half of what a body may have (src/delivery/body), since a template may write them between quotes, which escapes theirs. One
 * firing alone has at most half of it.
 */
const MAX_FIRINGS_CHARS = 128 * 1024;

/** What a notice says of the project: as it was when its rules were last pushed. */
export interface ToldProject {
  id: string;
  name: string;
  /** Of the deployment, such as `https://ops.example.com`; null where it is not known, and the notice has no link. */
  origin: string | null;
}

/** Cut into what one notice holds: a longer body would be made by no destination, and nobody would be told. */
export function inParts(firings: readonly Firing[]): Firing[][] {
  const parts: Firing[][] = [];
  let chars = 0;
  for (const firing of firings) {
    const own = JSON.stringify(firing).length;
    chars += own;
    const part = parts.at(-1);
    if (part && chars <= MAX_FIRINGS_CHARS) part.push(firing);
    else {
      parts.push([firing]);
      chars = own;
    }
  }
  return parts;
}

/**
 * A notice as destinations get it (docs/alerts.md). An ordered destination keeps the notices of one subject in their order: of a firing, or of the rule
 * where others may be told with it, since a firing that began with others may end alone.
 */
export function eventOf(
  type: string,
  rule: AlertRule,
  firings: readonly Firing[],
  project: ToldProject,
  { id, nowMs }: { id: string; nowMs: number },
): DeliveryEvent {
  const [first] = firings;
  const { name, severity, labels } = rule;
  const data = {
    id,
    project: { id: project.id, name: project.name },
    rule: { id: rule.id, name, severity, labels },
    status: type === 'alert.resolved' ? 'resolved' : 'firing',
    firings,
    url: project.origin === null ? null : `${project.origin}/alerts?project=${encodeURIComponent(project.id)}`,
  };
  return {
    id,
    type,
    projectId: project.id,
    subject: first && groupLabelOf(rule.condition) === null ? first.id : rule.id,
    createdAtMs: nowMs,
    // It is made of strings, numbers and null, as its types say.
    data: data as unknown as JsonObject,
  };
}
