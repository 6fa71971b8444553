import type { AlertRule, Firing } from '../wire/alerts.ts';
import type { DeliveryEvent } from '../wire/delivery.ts';
import type { JsonObject } from '../wire/record.ts';

/** What a notice says of the project: as it was when its rules were last pushed. */
export interface ToldProject {
  id: string;
  name: string;
  /** Of the deployment, such as `https://ops.example.com`; null where it is not known, and the notice has no link. */
  origin: string | null;
}

/**
 * A notice as destinations get it (docs/alerts.md). An ordered destination keeps the notices of one subject in their order: that of a firing alone, or of the
 * rule where several are told in one.
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
    subject: firings.length === 1 && first ? first.id : rule.id,
    createdAtMs: nowMs,
    // It is made of strings, numbers and null, as its types say.
    data: data as unknown as JsonObject,
  };
}
