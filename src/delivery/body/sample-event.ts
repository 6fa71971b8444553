import { randomId } from '../../shared/ids.ts';
import type { DeliveryEvent } from '../../wire/delivery.ts';
import type { JsonObject } from '../../wire/record.ts';

/** Of a project, as the events of its rules say it. */
interface SampleOf {
  projectId: string;
  projectName: string;
  /** Of this deployment, for the link in the event; null leads nowhere. */
  origin: string | null;
  nowMs: number;
}

/** For test sends and previews: an event with all that a real one has, marked as a test. */
export function sampleEvent({ projectId, projectName, origin, nowMs }: SampleOf): DeliveryEvent {
  const [firingId, ruleId] = ['frg_0000000000000000', 'rul_0000000000000000'];
  const firing = {
    ...{ id: firingId, ruleId, ruleName: 'Test of the destination', severity: 'info', labels: { team: 'on-call' } },
    ...{ group: '', state: 'firing', pendingSinceMs: nowMs - 60_000, firedAtMs: nowMs, resolvedAtMs: null },
    ...{ value: 42, threshold: 10, summary: 'A test: 42 records in 1 minute, more than 10. Nothing is wrong.' },
    ...{ notices: 1, lastNoticeAtMs: nowMs, quiet: null, acknowledged: null },
  };
  const data: JsonObject = {
    id: randomId('ntc'),
    test: true,
    project: { id: projectId, name: projectName },
    rule: { id: ruleId, name: firing.ruleName, severity: firing.severity, labels: firing.labels },
    status: 'firing',
    firings: [firing],
    url: origin === null ? null : `${origin}/alerts?project=${encodeURIComponent(projectId)}`,
  };
  return { id: randomId('evt'), type: 'destination.test', projectId, subject: firingId, createdAtMs: nowMs, data };
}

/** What a template must make JSON of: one firing, several, and their end. */
export function sampleEvents(of: SampleOf): DeliveryEvent[] {
  const test = sampleEvent(of);
  const [firing] = test.data.firings as JsonObject[];
  const several = [
    firing ?? {},
    { ...firing, group: 'api', labels: {}, summary: 'A second one.' },
    { ...firing, group: 'web' },
  ];
  const over = [{ ...firing, state: 'resolved', resolvedAtMs: of.nowMs }];
  return [
    test,
    { ...test, type: 'alert.firing', data: { ...test.data, firings: several } },
    { ...test, type: 'alert.resolved', data: { ...test.data, status: 'resolved', firings: over } },
  ];
}
