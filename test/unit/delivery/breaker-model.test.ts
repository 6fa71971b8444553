import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  act,
  ask,
  type Breaker,
  LiveBreaker,
  look,
  newBreaker,
  restart,
  settle,
} from '../../../src/delivery/breaker/index.ts';
import type { CallResult, Granted } from '../../../src/delivery/breaker/types.ts';
import {
  BREAKER_ACTIONS,
  type BreakerAction,
  type BreakerSettings,
  DEFAULT_BREAKER,
} from '../../../src/wire/delivery.ts';
import { ReferenceBreaker } from './breaker-reference.ts';

const T = Date.UTC(2026, 10, 27);

interface Model {
  reference: ReferenceBreaker;
  nowMs: number;
  settings: BreakerSettings;
  /** All that were ever given, so that results come late, twice, out of order or never. */
  granted: Granted[];
  /** Why it changed its state. */
  reasons: Set<string>;
}
/** The same breaker twice: stored as text after each step, and held in place. */
interface Real {
  text: string;
  live: LiveBreaker;
}
type Step = fc.Command<Model, Real>;

function stored(real: Real): Breaker {
  return frozen(JSON.parse(real.text));
}

/** So that a value that is changed in place is an error. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}

function agree(model: Model, real: Real): void {
  expect(real.live.value()).toEqual(JSON.parse(real.text));
  const seen = look(stored(real), model.settings, model.nowMs);
  expect(real.live.look(model.settings, model.nowMs)).toEqual(seen);
  expect(real.text).toBe(JSON.stringify(JSON.parse(real.text)));
}

function step(name: string, run: (model: Model, real: Real) => void): Step {
  return {
    check: () => true,
    run: (model, real) => {
      run(model, real);
      agree(model, real);
    },
    toString: () => name,
  };
}

const asking = (times: number) =>
  step(`ask ${times}`, (model, real) => {
    for (let i = 0; i < times; i++) {
      const expected = model.reference.ask(model.settings, model.nowMs);
      if (expected.transition) model.reasons.add(expected.transition.reason);
      const { breaker, permit, transition } = ask(stored(real), model.settings, model.nowMs);
      real.text = JSON.stringify(breaker);
      expect({ permit, transition }).toEqual(expected);
      expect(real.live.ask(model.settings, model.nowMs)).toEqual(expected);
      if (permit.kind !== 'wait') model.granted.push(permit);
    }
  });

const telling = (which: number, result: CallResult) =>
  step(`settle ${which} ${JSON.stringify(result)}`, (model, real) => {
    const permit = model.granted[which % Math.max(1, model.granted.length)];
    if (!permit) return;
    const expected = model.reference.settle(model.settings, permit, result, model.nowMs);
    if (expected) model.reasons.add(expected.reason);
    const { breaker, transition } = settle(stored(real), model.settings, permit, result, model.nowMs);
    real.text = JSON.stringify(breaker);
    expect(transition).toEqual(expected);
    expect(real.live.settle(model.settings, permit, result, model.nowMs)).toEqual(expected);
  });

const acting = (action: BreakerAction) =>
  step(action, (model, real) => {
    const expected = model.reference.act(model.settings, action, 'usr_1', model.nowMs);
    if (expected) model.reasons.add(expected.reason);
    const { breaker, transition } = act(stored(real), model.settings, action, 'usr_1', model.nowMs);
    real.text = JSON.stringify(breaker);
    expect(transition).toEqual(expected);
    expect(real.live.act(model.settings, action, 'usr_1', model.nowMs)).toEqual(expected);
  });

const passing = (ms: number) =>
  step(`${ms} ms pass`, (model) => {
    model.nowMs += ms;
  });

const changing = (settings: BreakerSettings) =>
  step(`settings ${JSON.stringify(settings)}`, (model) => {
    model.settings = settings;
  });

const restarting = step('restart', (model, real) => {
  model.reference.restart();
  const breaker = restart(stored(real));
  real.text = JSON.stringify(breaker);
  real.live = new LiveBreaker(stored(real));
});

/** Small numbers, so that every edge is near. */
const someSettings: fc.Arbitrary<BreakerSettings> = fc.record({
  windowMs: fc.constantFrom(1, 1_000, 60_000),
  windowCalls: fc.integer({ min: 1, max: 12 }),
  minimumCalls: fc.integer({ min: 1, max: 6 }),
  openAbove: fc.constantFrom(0, 0.25, 0.5, 1),
  closeBelow: fc.constantFrom(0, 0.125, 0.4, 0.5, 1),
  slowCallMs: fc.constant(1_000),
  slowOpenAbove: fc.constantFrom(0.5, 0.8, 1),
  probeAfterMs: fc.constantFrom(0, 1_000, 30_000),
  probes: fc.integer({ min: 1, max: 5 }),
  leaseMs: fc.constantFrom(1, 1_000, 35_000),
  trickleCalls: fc.integer({ min: 0, max: 3 }),
  trickleWindowMs: fc.constantFrom(1, 500, 10_000),
  trickleTimeoutMs: fc.constant(1_000),
});
const result = fc.record({ failed: fc.boolean(), durationMs: fc.constantFrom(0, 1_000, 1_001, 30_000) });
const steps = fc.commands(
  [
    fc.integer({ min: 1, max: 8 }).map(asking),
    fc.tuple(fc.nat(1_000), result).map(([which, told]) => telling(which, told)),
    // Of those that were given last, whose results are awaited.
    fc.tuple(fc.nat(3), result).map(([back, told]) =>
      step(`settle -${back}`, (model, real) => {
        if (model.granted.length > back) telling(model.granted.length - 1 - back, told).run(model, real);
      }),
    ),
    fc.constantFrom(1, 499, 500, 999, 1_000, 9_999, 29_000, 30_000, 35_000, 60_000, 86_400_000).map(passing),
    fc.constantFrom(-1, -1_000, -30_000, -86_400_000).map(passing),
    fc.constantFrom(...BREAKER_ACTIONS).map(acting),
    someSettings.map(changing),
    fc.constant(restarting),
  ],
  { maxCommands: 80, size: 'max' },
);

/** A breaker after these steps, each of which went as the reference says. */
function after(settings: BreakerSettings, commands: Iterable<Step>, reasons = new Set<string>()) {
  const breaker = newBreaker(T);
  const model: Model = { reference: new ReferenceBreaker(T), nowMs: T, settings, granted: [], reasons };
  const real: Real = { text: JSON.stringify(breaker), live: new LiveBreaker(breaker) };
  fc.modelRun(() => ({ model, real }), commands);
  return { breaker: stored(real), settings: model.settings, nowMs: model.nowMs };
}

it('a breaker is that of the plain rules, as a stored value and in place, whatever happens to it', () => {
  const reasons = new Set<string>();
  fc.assert(
    fc.property(someSettings, steps, (settings, commands) => {
      after(settings, commands, reasons);
    }),
    { numRuns: 1_000 },
  );
  const all = ['by_hand', 'failures', 'isolated', 'probe_due', 'probes_failed', 'probes_passed', 'slow_calls'];
  expect([...reasons].sort()).toEqual(all);
});

it('whatever has happened to it, a breaker that nobody isolated closes once its receiver is well', () => {
  fc.assert(
    fc.property(someSettings, steps, (first, commands) => {
      const { settings, ...end } = after(first, commands);
      let { breaker, nowMs } = end;
      fc.pre(!look(breaker, settings, nowMs).isolated);
      for (let i = 0; i < 30 && look(breaker, settings, nowMs).state !== 'CLOSED'; i++) {
        const asked = ask(breaker, settings, nowMs);
        breaker = asked.breaker;
        const { permit } = asked;
        if (permit.kind === 'wait') nowMs = Math.max(nowMs, permit.untilMs ?? nowMs);
        else if (permit.kind === 'trickle') nowMs = look(breaker, settings, nowMs).nextProbeAtMs ?? nowMs;
        else breaker = settle(breaker, settings, permit, { failed: false, durationMs: 0 }, nowMs).breaker;
      }
      expect(look(breaker, settings, nowMs).state).toBe('CLOSED');
      // At most: leases that were lost run out, and then it waits for its probes.
      expect(nowMs - end.nowMs).toBeLessThanOrEqual(settings.leaseMs + settings.probeAfterMs);
    }),
    { numRuns: 500 },
  );
});

it('a breaker with a hundred results is stored in less than a kilobyte', () => {
  const live = new LiveBreaker(newBreaker(T));
  for (let i = 0; i < 500; i++)
    live.settle(DEFAULT_BREAKER, { kind: 'call' }, { failed: i % 5 === 0, durationMs: i * 10 }, T + i * 97);
  expect(live.look(DEFAULT_BREAKER, T + 500 * 97).calls).toBe(100);
  expect(JSON.stringify(live.value()).length).toBeLessThan(1_024);
});
