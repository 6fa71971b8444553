import type { BreakerAction, BreakerSettings, BreakerState, BreakerTransition } from '../../wire/delivery.ts';
import type { Breaker, BreakerView, CallResult, Granted, Permit, Phase } from './types.ts';
import { ResultWindow } from './window.ts';

export interface Asked {
  permit: Permit;
  /** At most one a call; who is told to wait until a time that has come asks again. */
  transition: BreakerTransition | null;
}

type HalfOpen = Extract<Phase, { state: 'HALF_OPEN' }>;
interface Counts {
  calls: number;
  failed: number;
  slow: number;
}

const CALL: Asked = { permit: { kind: 'call' }, transition: null };
const ISOLATED: Asked = { permit: { kind: 'wait', untilMs: null }, transition: null };

/**
 * A breaker that is changed in place, each decision in constant time: the one place with the rules (docs/adr/0019). `value()` is what to store, in
 * the transaction of the decision, wherever `unsaved` says so. Settings may be others at each call. Times are Unix milliseconds and may go back:
 * what would then lie in the future is taken for now, so that a wrong clock costs one wait at most.
 */
export class LiveBreaker {
  #phase: Phase;
  #leasesGiven: number;
  /** Read when it is needed, which a refusal does not. */
  #window: ResultWindow | null = null;
  #stored: Breaker;
  /** Of all times that are held: while now is not before it, nothing lies in the future. */
  #newestMs: number;
  #unsaved = false;

  constructor(stored: Breaker) {
    this.#stored = stored;
    this.#phase = copyOf(stored.phase);
    this.#leasesGiven = stored.leasesGiven;
    this.#newestMs = Math.max(stored.phase.sinceMs, stored.window.newestMs, newestOf(stored.phase));
  }

  /** Whether `value()` would be another than the last one. */
  get unsaved(): boolean {
    return this.#unsaved;
  }

  /** Shares nothing with this. */
  value(): Breaker {
    if (this.#unsaved) this.#stored = this.#copy();
    this.#unsaved = false;
    return this.#stored;
  }

  ask(settings: BreakerSettings, nowMs: number): Asked {
    this.#keepTime(nowMs);
    if (this.#phase.state === 'CLOSED') return CALL;
    if (this.#phase.state === 'ISOLATED') return ISOLATED;
    const transition = this.#moveOn(settings, nowMs);
    return { permit: this.#permit(settings, nowMs), transition };
  }

  /** Told once for each permit, in any order and at any time. What became of a call that was begun in another state is known, and decides nothing. */
  settle(settings: BreakerSettings, permit: Granted, result: CallResult, nowMs: number): BreakerTransition | null {
    this.#keepTime(nowMs);
    const transition = this.#phase.state === 'HALF_OPEN' ? this.#expire(this.#phase, settings, nowMs) : null;
    const phase = this.#phase;
    if (permit.kind === 'probe') {
      if (phase.state !== 'HALF_OPEN' || !this.#endLease(phase, permit.lease)) return transition;
      this.#add(settings, result, nowMs);
      if (result.failed) phase.failed++;
      else phase.passed++;
      if (result.durationMs > settings.slowCallMs) phase.slow++;
      return this.#judgeProbes(phase, settings, nowMs);
    }
    // Its timeout was short: of a breaker that has closed since it says nothing.
    if (permit.kind === 'trickle' && phase.state === 'CLOSED') return transition;
    this.#add(settings, result, nowMs);
    return transition ?? (phase.state === 'CLOSED' ? this.#judgeCalls(settings, nowMs) : null);
  }

  /** By hand, at any time. Null where it is so already. */
  act(settings: BreakerSettings, action: BreakerAction, by: string, nowMs: number): BreakerTransition | null {
    this.#keepTime(nowMs);
    const { state } = this.#phase;
    const calls = () => this.#aged(settings, nowMs);
    switch (action) {
      case 'open':
        return state === 'OPEN' ? null : this.#open('by_hand', calls(), nowMs, by);
      case 'close':
        return state === 'CLOSED' ? null : this.#close('by_hand', calls(), nowMs, by);
      case 'isolate':
        if (state === 'ISOLATED') return null;
        return this.#become({ state: 'ISOLATED', sinceMs: nowMs }, 'isolated', calls(), by);
    }
  }

  /** The process that held the leases is gone, and its calls with it: their places are free, and no result of theirs counts. */
  restart(): void {
    if (this.#phase.state !== 'HALF_OPEN' || this.#phase.out.length === 0) return;
    this.#phase.out = [];
    this.#unsaved = true;
  }

  /** Changes nothing, but shows what would be found now: an aged window, expired leases. */
  look(settings: BreakerSettings, nowMs: number): BreakerView {
    const seen = new LiveBreaker(this.#copy());
    seen.#keepTime(nowMs);
    if (seen.#phase.state === 'HALF_OPEN') seen.#expire(seen.#phase, settings, nowMs);
    const { calls, failed, slow } = seen.#aged(settings, nowMs);
    return {
      state: shown(seen.#phase),
      isolated: seen.#phase.state === 'ISOLATED',
      sinceMs: seen.#phase.sinceMs,
      nextProbeAtMs: nextProbeAtMs(seen.#phase, settings, nowMs),
      ...{ calls, failed, slow, failureRate: rate(failed, calls), slowCallRate: rate(slow, calls) },
    };
  }

  #copy(): Breaker {
    const window = this.#window?.stored() ?? this.#stored.window;
    return { phase: copyOf(this.#phase), leasesGiven: this.#leasesGiven, window };
  }

  /** Where time alone moves it. */
  #moveOn(settings: BreakerSettings, nowMs: number): BreakerTransition | null {
    const phase = this.#phase;
    if (phase.state === 'HALF_OPEN') return this.#expire(phase, settings, nowMs);
    if (phase.state !== 'OPEN' || nowMs - phase.sinceMs < settings.probeAfterMs) return null;
    const { trickleMs } = phase;
    return this.#become(
      { state: 'HALF_OPEN', sinceMs: nowMs, trickleMs, out: [], passed: 0, failed: 0, slow: 0 },
      'probe_due',
      this.#aged(settings, nowMs),
    );
  }

  #permit(settings: BreakerSettings, nowMs: number): Permit {
    const phase = this.#phase;
    switch (phase.state) {
      case 'CLOSED':
        return CALL.permit;
      case 'ISOLATED':
        return ISOLATED.permit;
      case 'OPEN':
        return this.#trickle(phase, settings, nowMs);
      case 'HALF_OPEN': {
        const [oldest] = phase.out;
        if (phase.out.length + phase.passed + phase.failed >= settings.probes && oldest)
          return { kind: 'wait', untilMs: oldest.atMs + settings.leaseMs };
        const lease = ++this.#leasesGiven;
        phase.out.push({ lease, atMs: nowMs });
        this.#touch(nowMs);
        return { kind: 'probe', lease };
      }
    }
  }

  #trickle(phase: Extract<Phase, { state: 'OPEN' }>, settings: BreakerSettings, nowMs: number): Permit {
    const { trickleMs } = phase;
    const probeMs = phase.sinceMs + settings.probeAfterMs;
    if (settings.trickleCalls === 0 || probeMs <= nowMs) return { kind: 'wait', untilMs: probeMs };
    const blocking = trickleMs[trickleMs.length - settings.trickleCalls];
    if (blocking !== undefined && nowMs - blocking < settings.trickleWindowMs)
      return { kind: 'wait', untilMs: Math.min(probeMs, blocking + settings.trickleWindowMs) };
    while (nowMs - (trickleMs[0] ?? nowMs) >= settings.trickleWindowMs && trickleMs.length > 0) trickleMs.shift();
    trickleMs.push(nowMs);
    this.#touch(nowMs);
    return { kind: 'trickle', timeoutMs: settings.trickleTimeoutMs };
  }

  #endLease(phase: HalfOpen, lease: number): boolean {
    const at = phase.out.findIndex((held) => held.lease === lease);
    if (at < 0) return false;
    phase.out.splice(at, 1);
    return true;
  }

  /** Leases whose result never came. What they decide was so when the deciding one ran out, however late somebody looks. */
  #expire(phase: HalfOpen, settings: BreakerSettings, nowMs: number): BreakerTransition | null {
    for (let oldest = phase.out[0]; oldest && nowMs - oldest.atMs >= settings.leaseMs; oldest = phase.out[0]) {
      phase.out.shift();
      phase.failed++;
      this.#unsaved = true;
      const transition = this.#judgeProbes(phase, settings, oldest.atMs + settings.leaseMs);
      if (transition) return transition;
    }
    // Of other settings than those of its last result a round may be decided without a new one.
    return this.#judgeProbes(phase, settings, nowMs);
  }

  /** As soon as the probes that are still to come cannot change it. */
  #judgeProbes(phase: HalfOpen, settings: BreakerSettings, nowMs: number): BreakerTransition | null {
    const { passed, failed, slow } = phase;
    const calls = Math.max(settings.probes, passed + failed);
    const rest = calls - passed - failed;
    const told = { calls: passed + failed, failed, slow };
    if (failed > 0 && failed / calls >= settings.closeBelow) return this.#open('probes_failed', told, nowMs);
    if (slow / calls > settings.slowOpenAbove) return this.#open('slow_calls', told, nowMs);
    const mayFail = failed + rest;
    const closes =
      (mayFail === 0 || mayFail / calls < settings.closeBelow) && (slow + rest) / calls <= settings.slowOpenAbove;
    return closes ? this.#close('probes_passed', told, nowMs) : null;
  }

  #judgeCalls(settings: BreakerSettings, nowMs: number): BreakerTransition | null {
    const window = this.#results();
    const { calls, failed, slow } = window;
    if (calls < settings.minimumCalls) return null;
    if (failed / calls > settings.openAbove) return this.#open('failures', window, nowMs);
    return slow / calls > settings.slowOpenAbove ? this.#open('slow_calls', window, nowMs) : null;
  }

  #open(reason: string, counts: Counts, nowMs: number, by: string | null = null): BreakerTransition {
    // The cap of the trickle holds over a round of probes.
    const trickleMs = 'trickleMs' in this.#phase ? this.#phase.trickleMs : [];
    return this.#become({ state: 'OPEN', sinceMs: nowMs, trickleMs }, reason, counts, by);
  }

  #close(reason: string, counts: Counts, nowMs: number, by: string | null = null): BreakerTransition {
    const transition = this.#become({ state: 'CLOSED', sinceMs: nowMs }, reason, counts, by);
    this.#window = new ResultWindow({ newestMs: 0, results: [] });
    return transition;
  }

  #become(next: Phase, reason: string, { calls, failed, slow }: Counts, by: string | null = null): BreakerTransition {
    const [from, to] = [shown(this.#phase), shown(next)];
    this.#phase = next;
    this.#touch(next.sinceMs);
    const [failureRate, slowCallRate] = [rate(failed, calls), rate(slow, calls)];
    return { atMs: next.sinceMs, from, to, reason, failureRate, slowCallRate, calls, by };
  }

  #add(settings: BreakerSettings, result: CallResult, nowMs: number): void {
    this.#results().add(result, settings, nowMs);
    this.#touch(nowMs);
  }

  #results(): ResultWindow {
    this.#window ??= new ResultWindow(this.#stored.window);
    return this.#window;
  }

  #aged(settings: BreakerSettings, nowMs: number): ResultWindow {
    const window = this.#results();
    window.age(settings, nowMs);
    return window;
  }

  #touch(atMs: number): void {
    if (atMs > this.#newestMs) this.#newestMs = atMs;
    this.#unsaved = true;
  }

  #keepTime(nowMs: number): void {
    if (nowMs >= this.#newestMs) return;
    const past = (atMs: number) => Math.min(atMs, nowMs);
    const phase = this.#phase;
    phase.sinceMs = past(phase.sinceMs);
    if ('trickleMs' in phase) phase.trickleMs = phase.trickleMs.map(past);
    if ('out' in phase) for (const held of phase.out) held.atMs = past(held.atMs);
    this.#results().setBack(nowMs);
    this.#newestMs = nowMs;
    this.#unsaved = true;
  }
}

function copyOf(phase: Phase): Phase {
  switch (phase.state) {
    case 'OPEN':
      return { ...phase, trickleMs: [...phase.trickleMs] };
    case 'HALF_OPEN':
      return { ...phase, trickleMs: [...phase.trickleMs], out: phase.out.map((held) => ({ ...held })) };
    default:
      return { ...phase };
  }
}

function newestOf(phase: Phase): number {
  const trickleMs = 'trickleMs' in phase ? (phase.trickleMs.at(-1) ?? 0) : 0;
  return Math.max(trickleMs, 'out' in phase ? (phase.out.at(-1)?.atMs ?? 0) : 0);
}

function shown({ state }: Phase): BreakerState {
  return state === 'ISOLATED' ? 'OPEN' : state;
}

function nextProbeAtMs(phase: Phase, settings: BreakerSettings, nowMs: number): number | null {
  if (phase.state === 'OPEN') return phase.sinceMs + settings.probeAfterMs;
  if (phase.state !== 'HALF_OPEN') return null;
  return phase.out.length + phase.passed + phase.failed < settings.probes ? nowMs : null;
}

function rate(part: number, calls: number): number | null {
  return calls === 0 ? null : part / calls;
}
