import { env } from 'cloudflare:workers';
import type { Acknowledgement, AlertSettings, FiringQuery } from '../../../src/alerts/calls.ts';
import type { AlertsObject } from '../../../src/alerts/object.ts';
import { createApp } from '../../../src/app.ts';
import type { Env } from '../../../src/env.ts';
import type { Firing, RuleStatus } from '../../../src/wire/alerts.ts';

/** An Alerts object that keeps what it is told, and can be away. */
export class RecordingAlerts implements AlertsObject {
  readonly configured: AlertSettings[] = [];
  readonly acknowledged: Acknowledgement[] = [];
  readonly asked: FiringQuery[] = [];
  known: Firing[] = [];
  status: RuleStatus[] = [];
  /** While true it does not answer. */
  away = false;

  /** An app whose objects of alerts are all this one. */
  get options(): { app: ReturnType<typeof createApp>; env: Env } {
    return { app: createApp(), env: { ...env, ALERTS: { getByName: () => this } as unknown as Env['ALERTS'] } };
  }

  get settings(): AlertSettings | undefined {
    return this.configured.at(-1);
  }

  async configure(settings: AlertSettings): Promise<void> {
    this.#answer();
    this.configured.push(settings);
  }

  async firings(query: FiringQuery): Promise<{ items: Firing[]; nextCursor: string | null }> {
    this.#answer();
    this.asked.push(query);
    return { items: this.known, nextCursor: null };
  }

  async findFiring(id: string): Promise<Firing | null> {
    this.#answer();
    return this.known.find((firing) => firing.id === id) ?? null;
  }

  async acknowledge(ack: Acknowledgement): Promise<'applied' | 'over' | 'unknown_firing'> {
    this.#answer();
    const firing = this.known.find(({ id }) => id === ack.firingId);
    if (!firing) return 'unknown_firing';
    if (firing.resolvedAtMs !== null) return 'over';
    this.acknowledged.push(ack);
    return 'applied';
  }

  async setDisabled(): Promise<void> {
    this.#answer();
  }

  async statuses(): Promise<RuleStatus[]> {
    this.#answer();
    return this.status;
  }

  async counts(): Promise<{ critical: number; warning: number; info: number }> {
    this.#answer();
    return { critical: 0, warning: 0, info: 0 };
  }

  #answer(): void {
    if (this.away) throw new Error('away');
  }
}
