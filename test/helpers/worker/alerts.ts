import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { vi } from 'vitest';
import { Destination } from '../../../durable-objects/destination/destination.ts';
import type { AlertRule, Firing, Silence } from '../../../src/wire/alerts.ts';
import type { DeliveryEvent } from '../../../src/wire/delivery.ts';
import { COUNT_ERRORS, ruleOf } from '../alert-rules.ts';
import { createKey, createProject } from './accounts.ts';

export const objectOf = (projectId: string) => env.ALERTS.getByName(projectId);

/** What destinations were told, by their ids, in place of delivering it. `away`: those whose object does not answer. */
export class ToldDestinations {
  readonly events: { destinationId: string; event: DeliveryEvent }[] = [];
  readonly warmed: string[] = [];
  readonly away = new Set<string>();
  /** Those that nobody has told what they are. */
  readonly unknown = new Set<string>();
  calls = 0;

  constructor() {
    const self = this;
    vi.spyOn(Destination.prototype, 'enqueue').mockImplementation(function (this: Destination, events) {
      const id = idOf(this);
      self.calls++;
      if (self.away.has(id)) throw new Error('away');
      if (self.unknown.has(id)) return { kind: 'not_configured' };
      const known = new Set(self.of(id).map((event) => event.id));
      const fresh = events.filter((event) => !known.has(event.id));
      self.events.push(...fresh.map((event) => ({ destinationId: id, event })));
      return { accepted: fresh.length, repeated: events.length - fresh.length };
    });
    vi.spyOn(Destination.prototype, 'warm').mockImplementation(async function (this: Destination) {
      self.warmed.push(idOf(this));
    });
  }

  of(destinationId: string): DeliveryEvent[] {
    return this.events.filter((one) => one.destinationId === destinationId).map(({ event }) => event);
  }

  /** `alert.firing a b`: type and groups of each notice, in order. */
  lines(destinationId: string): string[] {
    return this.of(destinationId).map(({ type, data }) =>
      `${type} ${(data.firings as unknown as Firing[]).map(({ group }) => group).join(' ')}`.trim(),
    );
  }
}

function idOf(object: Destination): string {
  return (object as unknown as { ctx: DurableObjectState }).ctx.id.name ?? '';
}

export interface AlertProject {
  id: string;
  key: string;
  /** A destination of its own. */
  destination: string;
  rule(change?: Partial<AlertRule>): AlertRule;
  configure(rules: AlertRule[], silences?: Silence[]): Promise<void>;
}

let made = 0;

/** A project with a key that sends and reads, whose rules are told to its object as the routes would. */
export async function alertProject(): Promise<AlertProject> {
  const { id } = await createProject('Alerts');
  const { key } = await createKey(id, ['ingest', 'query']);
  const destination = `dst_${id}`;
  let version = 0;
  return {
    ...{ id, key, destination },
    rule: (change = {}) =>
      ruleOf({ id: `rul_${++made}`, projectId: id, windowSeconds: 60, destinationIds: [destination], ...change }),
    configure: async (rules, silences = []) =>
      objectOf(id).configure({
        ...{ projectId: id, projectName: 'Alerts', origin: 'https://ops.example.com', version: ++version },
        ...{ rules, silences },
      }),
  };
}

/** More than `threshold` errors. */
export const errorsAbove = (threshold: number, groupBy: string | null = null) => ({
  condition: { ...COUNT_ERRORS, threshold, groupBy },
});

export const errors = (count: number, change: Record<string, unknown> = {}) =>
  Array.from({ length: count }, (_, i) => ({ level: 'error', message: `e ${i}`, ...change }));

export async function firingsOf(project: AlertProject): Promise<Firing[]> {
  return (await objectOf(project.id).firings({ state: null, ruleId: null, limit: 100, cursor: null })).items;
}

/** Everything that the object knows of is due, and its alarm runs. */
export async function evaluateNow(project: AlertProject): Promise<void> {
  await sql(project, 'UPDATE rules SET due_at_ms = 0 WHERE due_at_ms IS NOT NULL');
  await alarm(project);
}

/** Beside one that comes by itself: what that has not finished is done here too. */
export async function alarm(project: AlertProject): Promise<void> {
  await runInDurableObject(objectOf(project.id), (instance) => instance.alarm());
}

export async function sql(project: AlertProject, statement: string): Promise<Record<string, unknown>[]> {
  return await runInDurableObject(objectOf(project.id), (_, { storage }) => storage.sql.exec(statement).toArray());
}
