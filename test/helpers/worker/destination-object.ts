import { Hono } from 'hono';
import type { DeliveryQuery, DestinationConfig, Receipt, ReplaySelection } from '../../../src/delivery/calls.ts';
import type { CountFirings } from '../../../src/delivery/health/pulse-routes.ts';
import { deliveryRoutes, destinationRoutes, pulseRoutes, webhookHealthRoutes } from '../../../src/delivery/index.ts';
import type { DestinationObject, OpenDestination } from '../../../src/delivery/object.ts';
import { identify } from '../../../src/projects/index.ts';
import { type AppEnv, notFoundIn, onFault, requestContext } from '../../../src/shared/http.ts';
import type {
  Attempt,
  BreakerAction,
  BreakerTransition,
  Delivery,
  DeliveryDetail,
  DeliveryEvent,
  DestinationHealth,
} from '../../../src/wire/delivery.ts';

/** A Destination object that keeps what it is told, and can be away. */
export class RecordingDestination implements DestinationObject {
  readonly configured: DestinationConfig[] = [];
  readonly tested: DeliveryEvent[] = [];
  readonly acts: [BreakerAction, string][] = [];
  readonly replays: ReplaySelection[] = [];
  deliveries: DeliveryDetail[] = [];
  /** In the order in which they came, each once. */
  readonly enqueued = new Map<string, DeliveryEvent>();
  /** What has become of events; the others wait. */
  readonly ended = new Map<string, Pick<Receipt, 'state' | 'endedAtMs' | 'reason'>>();
  removed = 0;
  isGone = false;
  /** Of its health, in place of what is usual. */
  told: Partial<DestinationHealth> = {};
  /** While true it does not answer. */
  away = false;
  /** While true it takes calls and answers none. */
  hangs = false;
  /** Called before it takes a configuration. */
  onConfigure: () => Promise<void> = async () => undefined;

  get config(): DestinationConfig | undefined {
    return this.configured.at(-1);
  }

  async configure(config: DestinationConfig): Promise<void> {
    this.#answer();
    await this.onConfigure();
    this.configured.push(config);
  }

  async enqueue(events: DeliveryEvent[]) {
    this.#answer();
    const fresh = events.filter(({ id }) => !this.enqueued.has(id));
    for (const event of fresh) this.enqueued.set(event.id, event);
    return { accepted: fresh.length, repeated: events.length - fresh.length };
  }

  async sendTest(event: DeliveryEvent): Promise<Attempt> {
    this.#answer();
    this.tested.push(event);
    return { ...ATTEMPT, kind: 'test', request: { ...ATTEMPT.request, url: this.config?.url ?? '' } };
  }

  /** Of one millisecond in whatever order they were put in. */
  async list({ state, fromMs, toMs, limit, cursor }: DeliveryQuery) {
    this.#answer();
    if (this.hangs) await new Promise(() => undefined);
    const all = this.deliveries
      .filter((one) => (state === null || one.state === state) && one.createdAtMs >= fromMs && one.createdAtMs < toMs)
      .sort((a, b) => b.createdAtMs - a.createdAtMs);
    const start = Number(cursor ?? '0');
    const items: Delivery[] = all.slice(start, start + limit).map(({ event: _, log: __, ...delivery }) => delivery);
    return { items, nextCursor: start + limit < all.length ? String(start + limit) : null };
  }

  async find(id: string) {
    this.#answer();
    return this.deliveries.find((one) => one.id === id) ?? null;
  }

  async receipts(eventIds: string[]): Promise<Receipt[]> {
    this.#answer();
    return eventIds
      .filter((id) => this.enqueued.has(id))
      .map((eventId) => ({
        eventId,
        ...(this.ended.get(eventId) ?? { state: 'queued', endedAtMs: null, reason: null }),
      }));
  }

  async replay(selection: ReplaySelection) {
    this.#answer();
    this.replays.push(selection);
    return { kind: 'replayed' as const, deliveries: selection.kind === 'one' ? 1 : 7 };
  }

  async act(action: BreakerAction, by: string): Promise<void> {
    this.#answer();
    this.acts.push([action, by]);
  }

  async transitions(limit: number): Promise<BreakerTransition[]> {
    this.#answer();
    return this.acts.slice(-limit).map(([, by]) => ({
      ...{ atMs: 1, from: 'CLOSED', to: 'OPEN', reason: 'by_hand' },
      ...{ failureRate: null, slowCallRate: null, calls: 0, by },
    }));
  }

  async health(): Promise<DestinationHealth> {
    this.#answer();
    return {
      ...{ destinationId: this.config?.destinationId ?? '', name: '', kind: 'webhook', disabled: this.isGone },
      ...{ disabledReason: this.isGone ? 'gone' : null, status: 'healthy', failureRate: null },
      breaker: { state: 'OPEN', isolated: false, sinceMs: 1, nextProbeAtMs: null },
      window: { calls: 0, failed: 0, slow: 0 },
      ...{ p50Ms: null, p95Ms: null, p99Ms: null, slowCallRate: null, backlog: 0, oldestQueuedAtMs: null },
      ...{
        deadLetters: 0,
        recentDeadLetters: 0,
        refusing: false,
        unsendable: false,
        retryBudget: { left: 1, most: 1 },
        lastWarmAtMs: null,
      },
      dns: {
        ...{ hits: 0, misses: 0, ratio: null, entries: 0, failures: 0 },
        ...{ prefetchIntervalMs: 1, expiresAtMs: null, addresses: [] },
      },
      ...this.told,
    };
  }

  async warm(): Promise<void> {
    this.#answer();
  }

  async erase() {
    this.#answer();
    return { erased: 0, left: 0, nextSeq: null };
  }

  async remove(): Promise<void> {
    this.#answer();
    this.removed++;
  }

  #answer(): void {
    if (this.away) throw new Error('the object is away');
  }
}

const ATTEMPT: Attempt = {
  ...{ atMs: 1, number: 1, outcome: 'delivered', status: 200, durationMs: 5, headersMs: 5, dnsMs: 0, kind: 'normal' },
  request: { url: 'https://hooks.example/secret/path', headers: {}, body: '{}' },
  ...{ response: null, error: null },
};

export function deliveryOf(
  destinationId: string,
  eventId: string,
  createdAtMs: number,
  change: object = {},
): DeliveryDetail {
  const event = { id: eventId, type: 'alert.firing', projectId: '', subject: 'frg_1', createdAtMs, data: {} };
  return {
    ...{ id: `${destinationId}-${eventId}`, destinationId, eventId, type: event.type, subject: event.subject },
    ...{ state: 'delivered', createdAtMs, attempts: 1, lastAttemptAtMs: createdAtMs, nextAttemptAtMs: null },
    ...{ deliveredAtMs: createdAtMs, lastOutcome: 'delivered', lastStatus: 200, reason: null },
    ...{ event, log: [ATTEMPT] },
    ...change,
  };
}

/** An object for each id. */
export class RecordingDestinations {
  readonly #objects = new Map<string, RecordingDestination>();
  /** What the object of the alerts counts. */
  countFirings: CountFirings = async () => ({ critical: 0, warning: 0, info: 0 });

  of(id: string): RecordingDestination {
    const object = this.#objects.get(id) ?? new RecordingDestination();
    this.#objects.set(id, object);
    return object;
  }

  readonly open: OpenDestination = (_, id) => this.of(id);

  /** The routes over these objects, mounted as the Worker mounts them. */
  app(): Hono<AppEnv> {
    const app = new Hono<AppEnv>();
    app.use(requestContext);
    app.onError(onFault);
    app.notFound(notFoundIn(app));
    const sessionPorts = () => ({ unknownProjects: async () => [], sessionsEnded: async () => undefined });
    app.use('/api/*', identify({ except: [], largeBodies: [], keyRefused: async () => undefined, sessionPorts }));
    app.route('/', destinationRoutes(this.open));
    app.route('/', deliveryRoutes(this.open));
    app.route('/', webhookHealthRoutes(this.open));
    const countFirings: CountFirings = (ctx, projectId) => this.countFirings(ctx, projectId);
    app.route('/', pulseRoutes(this.open, countFirings));
    return app;
  }
}
