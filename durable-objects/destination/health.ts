import type { DestinationConfig } from '../../src/delivery/calls.ts';
import type { DestinationResolver } from '../../src/delivery/dns/index.ts';
import { breakerHealth, percentiles } from '../../src/delivery/queue/health.ts';
import { BUDGET, left } from '../../src/delivery/retry/budget.ts';
import type { DestinationHealth } from '../../src/wire/delivery.ts';
import type { DeliveryStore } from './delivery-store.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Receiver } from './receiver.ts';
import { refusalsOf } from './refusal-store.ts';

interface Parts {
  config: DestinationConfig;
  receiver: Receiver;
  dispatcher: Dispatcher;
  deliveries: DeliveryStore;
  resolver: DestinationResolver;
  sql: SqlStorage;
  lastWarmAtMs: number | null;
}

export function healthOf(parts: Parts, nowMs: number): DestinationHealth {
  const { receiver, dispatcher, deliveries, resolver, sql, lastWarmAtMs } = parts;
  const { destinationId, name, kind, breaker } = parts.config;
  const { backlog, deadLetters } = deliveries.counts;
  const { disabledReason } = dispatcher;
  return {
    ...{ destinationId, name, kind, disabled: disabledReason !== null, disabledReason },
    ...breakerHealth(receiver.breaker.look(breaker, nowMs), refusalsOf(sql, nowMs)),
    ...percentiles(dispatcher.timings(breaker, nowMs)),
    ...{ backlog, oldestQueuedAtMs: deliveries.oldestAtMs(), deadLetters },
    retryBudget: { left: left(receiver.budget, nowMs), most: BUDGET.most },
    dns: resolver.statistics(),
    lastWarmAtMs,
  };
}
