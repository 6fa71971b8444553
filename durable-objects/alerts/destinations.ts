import type { Env } from '../../src/env.ts';
import { log } from '../../src/shared/log.ts';
import type { DeliveryEvent } from '../../src/wire/delivery.ts';

/** A burst is seconds away, and what was warmed stays so for about as long as a name is kept. */
const WARM_INTERVAL_MS = 60_000;

/** The objects of the project's destinations, as this one calls them. */
export class Destinations {
  readonly #env: Env;
  readonly #warmedAtMs = new Map<string, number>();

  readonly #projectId: () => string | null;

  /** `projectId`: for the log; null before it is known. */
  constructor(env: Env, projectId: () => string | null) {
    this.#env = env;
    this.#projectId = projectId;
  }

  async enqueue(destinationId: string, events: DeliveryEvent[]): Promise<'taken' | 'not_configured'> {
    const answer = await this.#env.DESTINATION.getByName(destinationId).enqueue(events);
    return 'kind' in answer ? answer.kind : 'taken';
  }

  /** At most once a minute each. What comes of it is for the destination to show; the notice itself does not need it. */
  async warm(destinationIds: readonly string[], nowMs: number): Promise<void> {
    const due = [...new Set(destinationIds)].filter((id) => {
      const warmedAtMs = this.#warmedAtMs.get(id);
      return warmedAtMs === undefined || Math.abs(nowMs - warmedAtMs) >= WARM_INTERVAL_MS;
    });
    for (const id of due) this.#warmedAtMs.set(id, nowMs);
    await Promise.all(due.map((id) => this.#warm(id)));
  }

  async #warm(destinationId: string): Promise<void> {
    try {
      await this.#env.DESTINATION.getByName(destinationId).warm();
    } catch (cause) {
      log('warn', 'destination_not_warmed', { projectId: this.#projectId(), destinationId, cause: String(cause) });
    }
  }
}
