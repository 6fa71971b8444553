import type { AdminSession } from '../../../scripts/start/api.ts';
import type { Attempt, Delivery, DeliveryDetail, DestinationWithSecret } from '../../../src/wire/delivery.ts';

/** The routes of destinations and deliveries, as an administrator calls them. */
export class Destinations {
  readonly #admin: AdminSession;
  readonly #query: string;

  constructor(admin: AdminSession, projectId: string) {
    this.#admin = admin;
    this.#query = `project=${projectId}`;
  }

  async create(body: Record<string, unknown>): Promise<DestinationWithSecret> {
    return (await this.#admin.post(`/api/destinations?${this.#query}`, {
      name: 'Receiver',
      ...body,
    })) as DestinationWithSecret;
  }

  async test(id: string): Promise<Attempt> {
    return (await this.#admin.post(`/api/destinations/${id}/test?${this.#query}`, {})) as Attempt;
  }

  async replay(deliveryId: string): Promise<{ deliveries: number }> {
    return (await this.#admin.post(`/api/deliveries/${deliveryId}/replay?${this.#query}`, {})) as {
      deliveries: number;
    };
  }

  async find(deliveryId: string): Promise<DeliveryDetail> {
    return (await this.#admin.get(`/api/deliveries/${deliveryId}?${this.#query}`)) as DeliveryDetail;
  }

  /** All of them, newest first. */
  async deliveries(): Promise<Delivery[]> {
    const all: Delivery[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = (await this.#admin.get(
        `/api/deliveries?${this.#query}&limit=200${cursor && `&cursor=${cursor}`}`,
      )) as {
        items: Delivery[];
        nextCursor: string | null;
      };
      all.push(...page.items);
      cursor = page.nextCursor;
    }
    return all;
  }
}
