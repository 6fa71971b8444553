import type { BreakerAction, BreakerSettings, BreakerTransition } from '../../wire/delivery.ts';
import { type Asked, LiveBreaker } from './live.ts';
import type { Breaker, BreakerView, CallResult, Granted } from './types.ts';

export { LiveBreaker } from './live.ts';
export type { Breaker, BreakerView, CallResult, Granted } from './types.ts';

/** The rules of src/delivery/breaker/live.ts on whole values, which are never changed. A breaker that is as it was is the same value. */
export interface Settled {
  breaker: Breaker;
  transition: BreakerTransition | null;
}

export function newBreaker(nowMs: number): Breaker {
  return { phase: { state: 'CLOSED', sinceMs: nowMs }, leasesGiven: 0, window: { newestMs: 0, results: [] } };
}

export function ask(breaker: Breaker, settings: BreakerSettings, nowMs: number): Asked & { breaker: Breaker } {
  const live = new LiveBreaker(breaker);
  const { permit, transition } = live.ask(settings, nowMs);
  return { breaker: live.value(), permit, transition };
}

export function settle(
  breaker: Breaker,
  settings: BreakerSettings,
  permit: Granted,
  result: CallResult,
  nowMs: number,
): Settled {
  const live = new LiveBreaker(breaker);
  const transition = live.settle(settings, permit, result, nowMs);
  return { breaker: live.value(), transition };
}

export function act(
  breaker: Breaker,
  settings: BreakerSettings,
  action: BreakerAction,
  by: string,
  nowMs: number,
): Settled {
  const live = new LiveBreaker(breaker);
  const transition = live.act(settings, action, by, nowMs);
  return { breaker: live.value(), transition };
}

/** What was stored by a process that is gone. A half-open breaker is ready to probe. */
export function restart(breaker: Breaker): Breaker {
  const live = new LiveBreaker(breaker);
  live.restart();
  return live.value();
}

export function look(breaker: Breaker, settings: BreakerSettings, nowMs: number): BreakerView {
  return new LiveBreaker(breaker).look(settings, nowMs);
}
