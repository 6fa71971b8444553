import type { CallResult, Granted, Permit } from '../../../src/delivery/breaker/types.ts';
import type { BreakerAction, BreakerSettings, BreakerTransition } from '../../../src/wire/delivery.ts';

type State = 'CLOSED' | 'OPEN' | 'HALF_OPEN' | 'ISOLATED';
interface Told {
  atMs: number;
  failed: boolean;
  slow: boolean;
}
interface Probe {
  lease: number;
  atMs: number;
  /** Null until it is told. */
  result: { failed: boolean; slow: boolean } | null;
}

/** The rules of a breaker as one reads them: every list is kept whole and counted anew for each question. Nothing here is quick. */
export class ReferenceBreaker {
  state: State = 'CLOSED';
  sinceMs: number;
  results: Told[] = [];
  trickles: number[] = [];
  probes: Probe[] = [];
  leases = 0;

  constructor(nowMs: number) {
    this.sinceMs = nowMs;
  }

  ask(settings: BreakerSettings, nowMs: number): { permit: Permit; transition: BreakerTransition | null } {
    this.noFuture(nowMs);
    let transition = this.expire(settings, nowMs);
    if (!transition && this.state === 'OPEN' && nowMs >= this.sinceMs + settings.probeAfterMs) {
      this.forget(settings, nowMs);
      transition = this.become('HALF_OPEN', 'probe_due', this.results, nowMs);
      this.probes = [];
    }
    return { permit: this.permit(settings, nowMs), transition };
  }

  private permit(settings: BreakerSettings, nowMs: number): Permit {
    if (this.state === 'CLOSED') return { kind: 'call' };
    if (this.state === 'ISOLATED') return { kind: 'wait', untilMs: null };
    if (this.state === 'OPEN') {
      const dueMs = this.sinceMs + settings.probeAfterMs;
      if (nowMs >= dueMs) return { kind: 'wait', untilMs: dueMs };
      const recent = this.trickles.filter((atMs) => nowMs - atMs < settings.trickleWindowMs);
      if (settings.trickleCalls > recent.length) {
        this.trickles = [...recent, nowMs];
        return { kind: 'trickle', timeoutMs: settings.trickleTimeoutMs };
      }
      // The one that must be over before another may go.
      const last = recent.slice(-settings.trickleCalls)[0];
      const freeMs = settings.trickleCalls === 0 || last === undefined ? dueMs : last + settings.trickleWindowMs;
      return { kind: 'wait', untilMs: Math.min(dueMs, freeMs) };
    }
    const out = this.probes.filter(({ result }) => result === null);
    if (this.probes.length >= settings.probes && out[0])
      return { kind: 'wait', untilMs: out[0].atMs + settings.leaseMs };
    this.leases++;
    this.probes.push({ lease: this.leases, atMs: nowMs, result: null });
    return { kind: 'probe', lease: this.leases };
  }

  settle(settings: BreakerSettings, permit: Granted, { failed, durationMs }: CallResult, nowMs: number) {
    this.noFuture(nowMs);
    const expired = this.expire(settings, nowMs);
    const slow = durationMs > settings.slowCallMs;
    const probe = this.probes.find(({ lease, result }) => 'lease' in permit && lease === permit.lease && !result);
    if (permit.kind === 'probe' && (this.state !== 'HALF_OPEN' || !probe)) return expired;
    if (permit.kind === 'trickle' && this.state === 'CLOSED') return expired;
    this.results.push({ atMs: nowMs, failed, slow });
    this.forget(settings, nowMs);
    if (probe) {
      probe.result = { failed, slow };
      return this.judgeProbes(settings, nowMs);
    }
    if (expired || this.state !== 'CLOSED' || this.results.length < settings.minimumCalls) return expired;
    const share = (kind: 'failed' | 'slow') => this.results.filter((one) => one[kind]).length / this.results.length;
    if (share('failed') > settings.openAbove) return this.become('OPEN', 'failures', this.results, nowMs);
    if (share('slow') > settings.slowOpenAbove) return this.become('OPEN', 'slow_calls', this.results, nowMs);
    return null;
  }

  act(settings: BreakerSettings, action: BreakerAction, by: string, nowMs: number): BreakerTransition | null {
    this.noFuture(nowMs);
    const to = ({ open: 'OPEN', close: 'CLOSED', isolate: 'ISOLATED' } as const)[action];
    if (to === this.state) return null;
    this.forget(settings, nowMs);
    return this.become(to, to === 'ISOLATED' ? 'isolated' : 'by_hand', this.results, nowMs, by);
  }

  restart(): void {
    this.probes = this.probes.filter(({ result }) => result !== null);
  }

  /** Leases that ran out, one after the other, each at its time. */
  private expire(settings: BreakerSettings, nowMs: number): BreakerTransition | null {
    if (this.state !== 'HALF_OPEN') return null;
    for (const probe of this.probes) {
      if (probe.result || nowMs < probe.atMs + settings.leaseMs) continue;
      probe.result = { failed: true, slow: false };
      const transition = this.judgeProbes(settings, probe.atMs + settings.leaseMs);
      if (transition) return transition;
    }
    return this.judgeProbes(settings, nowMs);
  }

  /** What it would come to if all that is not told yet were the best, and the worst. Where both are the same, it is so. */
  private judgeProbes(settings: BreakerSettings, atMs: number): BreakerTransition | null {
    const told = this.probes.flatMap(({ result }) => (result ? [result] : []));
    const rest = Math.max(0, settings.probes - told.length);
    const fill = (failed: boolean) => [...told, ...Array.from({ length: rest }, () => ({ failed, slow: failed }))];
    const tooMany = (all: typeof told) => {
      const failed = all.filter((one) => one.failed).length;
      return failed > 0 && failed / all.length >= settings.closeBelow;
    };
    const tooSlow = (all: typeof told) => all.filter((one) => one.slow).length / all.length > settings.slowOpenAbove;
    if (tooMany(fill(false))) return this.become('OPEN', 'probes_failed', told, atMs);
    if (tooSlow(fill(false))) return this.become('OPEN', 'slow_calls', told, atMs);
    if (tooMany(fill(true)) || tooSlow(fill(true))) return null;
    return this.become('CLOSED', 'probes_passed', told, atMs);
  }

  private become(
    to: State,
    reason: string,
    counted: readonly { failed: boolean; slow: boolean }[],
    atMs: number,
    by: string | null = null,
  ): BreakerTransition {
    const shown = (state: State) => (state === 'ISOLATED' ? 'OPEN' : state);
    const from = shown(this.state);
    const calls = counted.length;
    const failureRate = calls === 0 ? null : counted.filter(({ failed }) => failed).length / calls;
    const slowCallRate = calls === 0 ? null : counted.filter(({ slow }) => slow).length / calls;
    this.state = to;
    this.sinceMs = atMs;
    if (to === 'CLOSED') this.results = [];
    if (to === 'CLOSED' || to === 'ISOLATED') this.trickles = [];
    return { atMs, from, to: shown(to), reason, failureRate, slowCallRate, calls, by };
  }

  private forget(settings: BreakerSettings, nowMs: number): void {
    this.results = this.results.slice(-settings.windowCalls).filter(({ atMs }) => nowMs - atMs <= settings.windowMs);
  }

  private noFuture(nowMs: number): void {
    const past = (atMs: number) => Math.min(atMs, nowMs);
    this.sinceMs = past(this.sinceMs);
    this.trickles = this.trickles.map(past);
    for (const one of [...this.results, ...this.probes]) one.atMs = past(one.atMs);
  }
}
