import { CircuitState, CountBreaker, circuitBreaker, handleAll, type IBreaker, SamplingBreaker } from 'cockatiel';
import Opossum from 'opossum';
import { type Breaker, newBreaker, restart, settle, ask as value } from '../../../src/delivery/breaker/index.ts';
import type { BreakerSettings, BreakerState } from '../../../src/wire/delivery.ts';

/** A breaker with a call behind it that ends when it is told to. */
export interface Contender {
  /** `through`: the call was made, and came to this. `refused`: it was not. */
  call(failed: boolean): Promise<'through' | 'refused'>;
  /** Calls that begin now and go on; how many of `callers` were let through. `end` lets them succeed. */
  together(callers: number): Promise<{ through: number; end(): Promise<void> }>;
  state(): BreakerState;
  /** As another process finds it; null for opossum, whose half-open state was not made to be saved. */
  restart: (() => void) | null;
}

export function ours(settings: BreakerSettings, clock: () => number): Contender {
  let breaker: Breaker = newBreaker(clock());
  const ask = () => {
    const asked = value(breaker, settings, clock());
    breaker = asked.breaker;
    return asked.permit.kind === 'wait' ? null : asked.permit;
  };
  const tell = (permit: NonNullable<ReturnType<typeof ask>>, failed: boolean) => {
    breaker = settle(breaker, settings, permit, { failed, durationMs: 0 }, clock()).breaker;
  };
  return {
    async call(failed) {
      const permit = ask();
      if (permit) tell(permit, failed);
      return permit ? 'through' : 'refused';
    },
    async together(callers) {
      const permits = Array.from({ length: callers }, ask).flatMap((permit) => permit ?? []);
      const end = async () => {
        for (const permit of permits) tell(permit, false);
      };
      return { through: permits.length, end };
    },
    state: () => (breaker.phase.state === 'ISOLATED' ? 'OPEN' : breaker.phase.state),
    restart: () => {
      breaker = restart(JSON.parse(JSON.stringify(breaker)));
    },
  };
}

export function opossum(settings: BreakerSettings): Contender {
  const calls = calledBy();
  const breaker = new Opossum((failed: boolean | null) => calls.make(failed), {
    timeout: false,
    errorThresholdPercentage: settings.openAbove * 100,
    volumeThreshold: settings.minimumCalls,
    resetTimeout: settings.probeAfterMs,
    rollingCountTimeout: settings.windowMs,
    rollingCountBuckets: 10,
    ...{ rollingPercentilesEnabled: false, enableSnapshots: false },
  });
  return {
    call: (failed) => calls.through(() => breaker.fire(failed)),
    together: (callers) => calls.together(callers, () => breaker.fire(null)),
    state: () => (breaker.opened ? 'OPEN' : breaker.halfOpen ? 'HALF_OPEN' : 'CLOSED'),
    restart: null,
  };
}

/** `count` or `sampling`: cockatiel has the two windows as two breakers. */
export function cockatiel(settings: BreakerSettings, window: 'count' | 'sampling'): Contender {
  const { openAbove: threshold, windowCalls: size, minimumCalls, windowMs: duration } = settings;
  let calls = calledBy();
  const make = (initialState?: unknown) => {
    const breaker: IBreaker =
      window === 'count'
        ? new CountBreaker({ threshold, size, minimumNumberOfCalls: minimumCalls })
        : new SamplingBreaker({ threshold, duration, minimumRps: (minimumCalls * 1_000) / duration });
    // What may fail of the probes: just less than what opens ours again.
    const halfOpenSampling = { calls: settings.probes, threshold: (mayFail(settings) + 0.5) / settings.probes };
    return circuitBreaker(handleAll, {
      ...{ halfOpenAfter: settings.probeAfterMs, breaker, halfOpenSampling },
      ...(initialState !== undefined && { initialState }),
    });
  };
  let policy = make();
  return {
    call: (failed) => calls.through(() => policy.execute(() => calls.make(failed))),
    together: (callers) => calls.together(callers, () => policy.execute(() => calls.make(null))),
    state: () =>
      policy.state === CircuitState.Closed ? 'CLOSED' : policy.state === CircuitState.HalfOpen ? 'HALF_OPEN' : 'OPEN',
    restart: () => {
      calls = calledBy();
      policy = make(JSON.parse(JSON.stringify(policy)));
    },
  };
}

/** The most probes that may fail for ours to close. */
function mayFail({ probes, closeBelow }: BreakerSettings): number {
  let failed = 0;
  while ((failed + 1) / probes < closeBelow) failed++;
  return failed;
}

/** The service behind a peer: counts what reaches it. `null` is a call that goes on. */
function calledBy() {
  let made = 0;
  const going: (() => void)[] = [];
  return {
    async make(failed: boolean | null): Promise<void> {
      made++;
      if (failed === null) await new Promise<void>((resolve) => going.push(resolve));
      if (failed) throw new Error('the receiver failed');
    },
    async through(run: () => Promise<void>): Promise<'through' | 'refused'> {
      const before = made;
      await run().catch(() => undefined);
      return made > before ? 'through' : 'refused';
    },
    async together(callers: number, run: () => Promise<void>) {
      const before = made;
      const all = Array.from({ length: callers }, () => run().catch(() => undefined));
      // Each takes some turns of the event loop until it has decided.
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
      const through = made - before;
      // Those that wait for the probes are made after them, and go on as well until they are ended.
      const end = async () => {
        let ended = false;
        const rest = Promise.all(all).then(() => {
          ended = true;
        });
        while (!ended) {
          for (const next of going.splice(0)) next();
          await Promise.resolve();
        }
        await rest;
      };
      return { through, end };
    },
  };
}
