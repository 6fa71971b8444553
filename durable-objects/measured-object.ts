import { DurableObject } from 'cloudflare:workers';
import { clockNowMs, type Env, parseConfig } from '../src/env.ts';
import { type Gauge, measured, measuredAlarm, reportGauges } from '../src/observability/index.ts';
import { loggedAlarm } from '../src/shared/logged-alarm.ts';

/** An object whose calls to others and whose alarms are measured and logged. Use `this.env`, not what the constructor is given. */
export abstract class MeasuredObject extends DurableObject<Env> {
  readonly #name: string;

  /** `name`: of the class, as metrics have it. */
  constructor(ctx: DurableObjectState, env: Env, name: string) {
    super(ctx, measured(env));
    this.#name = name;
  }

  /** What the platform calls; what is due is for `rang`. */
  override async alarm(): Promise<void> {
    await loggedAlarm(this.#name, this.ownProjectId, () =>
      measuredAlarm(this.env, this.#name, this.ownProjectId, () => this.rang()),
    );
    this.report();
  }

  /** The project that it belongs to, for its lines in the log; null where it belongs to none yet. */
  protected abstract get ownProjectId(): string | null;

  /** The alarm has gone off. */
  protected abstract rang(): Promise<void>;

  /** What it says of itself after each alarm, and when it calls `report`. */
  protected gauges(): Gauge[] {
    return [];
  }

  protected report(): void {
    reportGauges(this.env, this.ownProjectId, this.gauges());
  }

  protected now(): number {
    return clockNowMs(parseConfig(this.env));
  }
}
