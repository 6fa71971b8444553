import type { Ctx } from '../env.ts';
import { log } from '../shared/log.ts';
import type { FraudEvent, RiskSettings, RuleCounts, Verdict } from '../wire/fraud.ts';

/** An event with all that is needed to score it again, and to say what its score was made of. */
export type ReplayedEvent = Pick<FraudEvent, 'id' | 'atMs' | 'userId' | 'riskScore' | 'decision' | 'reasons' | 'facts'>;

export type ReviewStatus = 'open' | 'decided';

/** What rules, reviews and verdicts need of a project's Fraud object. Calls may be repeated; a throw means that it did not answer. */
export interface RiskObject {
  /** Scores by these settings from now on. */
  configure(settings: RiskSettings): Promise<void>;
  /** Of two verdicts on an event the one with the later `atMs` stays. */
  applyVerdict(verdict: { eventId: string; verdict: Verdict; atMs: number }): Promise<'applied' | 'unknown_event'>;
  /** Events from `fromMs` to before `toMs`, at most `limit` of them. */
  eventsForReplay(query: {
    fromMs: number;
    toMs: number;
    cursor: string | null;
    limit: number;
  }): Promise<{ items: ReplayedEvent[]; nextCursor: string | null }>;
  reviews(query: {
    status: ReviewStatus;
    limit: number;
    cursor: string | null;
  }): Promise<{ items: FraudEvent[]; nextCursor: string | null }>;
  quality(): Promise<RuleCounts[]>;
}

/** The object of a project. */
export type OpenRiskObject = (ctx: Ctx, projectId: string) => RiskObject;

/** Calls the object; null, and a line in the log, where it did not answer. */
export async function orNull<T>(ctx: Ctx, projectId: string, what: string, call: () => Promise<T>): Promise<T | null> {
  try {
    return await call();
  } catch (cause) {
    const { requestId } = ctx;
    log('error', 'fraud_not_told', { what, requestId, projectId, cause: String(cause) });
    return null;
  }
}
