import { Hono } from 'hono';
import { scoreOf } from '../../../src/fraud/risk/score.ts';
import { DEFAULT_SETTINGS } from '../../../src/fraud/risk/settings.ts';
import type { RiskObject } from '../../../src/fraud/risk-object.ts';
import { riskRoutes } from '../../../src/fraud/risk-routes.ts';
import { identify } from '../../../src/projects/index.ts';
import { type AppEnv, notFoundIn, onFault, requestContext } from '../../../src/shared/http.ts';
import { batchIds } from '../../../src/shared/ids.ts';
import type { Facts, FraudEvent, RiskSettings, RuleCounts, Verdict } from '../../../src/wire/fraud.ts';
import { QUIET_FACTS } from '../fraud-facts.ts';

/** A Fraud object that keeps what it is told, and can be away. */
export class RecordingRiskObject implements RiskObject {
  readonly events: FraudEvent[] = [];
  readonly configured: RiskSettings[] = [];
  readonly verdicts: { eventId: string; verdict: Verdict; atMs: number }[] = [];
  counts: RuleCounts[] = [];
  /** While true it does not answer. */
  away = false;
  /** Called before each page of a replay. */
  onPage: () => void = () => undefined;

  /** Stores an event as it would have been scored by these settings. */
  add(facts: Partial<Facts>, atMs: number, settings: RiskSettings = DEFAULT_SETTINGS): FraudEvent {
    const all = { ...QUIET_FACTS, ...facts };
    const event: FraudEvent = {
      id: batchIds(atMs)(0),
      sessionId: null,
      atMs,
      userId: `u-${this.events.length}`,
      eventType: all.eventType,
      success: all.success,
      amountCents: all.amountCents,
      gateway: null,
      metadata: {},
      deviceRef: null,
      addressRef: null,
      country: null,
      ...scoreOf(all, settings),
      facts: all,
      verdict: null,
    };
    this.events.push(event);
    return event;
  }

  async configure(settings: RiskSettings): Promise<void> {
    this.#answer();
    this.configured.push(settings);
  }

  async applyVerdict(verdict: { eventId: string; verdict: Verdict; atMs: number }) {
    this.#answer();
    const event = this.events.find(({ id }) => id === verdict.eventId);
    if (event === undefined) return 'unknown_event';
    this.verdicts.push(verdict);
    event.verdict = verdict.verdict;
    return 'applied';
  }

  async eventsForReplay(query: { fromMs: number; toMs: number; cursor: string | null; limit: number }) {
    this.#answer();
    this.onPage();
    const all = this.events.filter(({ atMs }) => atMs >= query.fromMs && atMs < query.toMs);
    return pageOf(all, query);
  }

  async reviews(query: { status: 'open' | 'decided'; limit: number; cursor: string | null }) {
    this.#answer();
    const isDecided = query.status === 'decided';
    return pageOf(
      this.events.filter(({ decision, verdict }) => decision !== 'allow' && (verdict !== null) === isDecided),
      query,
    );
  }

  async quality(): Promise<RuleCounts[]> {
    this.#answer();
    return this.counts;
  }

  #answer(): void {
    if (this.away) throw new Error('the object is away');
  }
}

function pageOf<T>(all: readonly T[], { cursor, limit }: { cursor: string | null; limit: number }) {
  const start = cursor === null ? 0 : Number(cursor);
  const end = start + limit;
  return { items: all.slice(start, end), nextCursor: end < all.length ? String(end) : null };
}

/** The routes of rules and reviews over this object, mounted as the Worker mounts them. */
export function appWithRisk(object: RiskObject): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.use(requestContext);
  app.onError(onFault);
  app.notFound(notFoundIn(app));
  app.use(
    '/api/*',
    identify({
      except: [],
      largeBodies: [],
      keyRefused: async () => undefined,
      sessionPorts: () => ({ sessionsEnded: async () => undefined }),
    }),
  );
  app.route(
    '/',
    riskRoutes(() => object),
  );
  return app;
}
