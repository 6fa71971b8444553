import { waitUntil } from 'cloudflare:workers';
import { AsyncLocalStorage } from 'node:async_hooks';
import { clockNowMs, type Env, parseConfig } from '../../env.ts';
import { elapsedMs } from '../../shared/elapsed.ts';
import { randomId } from '../../shared/ids.ts';
import { log } from '../../shared/log.ts';
import { type CallObserver, measuredEnv } from '../../shared/measured.ts';
import { metricsOf } from './object.ts';
import { type Gauge, Registry } from './registry.ts';
import { Reporter } from './reporter.ts';
import type { Spans } from './spans.ts';

/** What this isolate has measured: of the Worker, and of the objects that live in it. */
export const registry = new Registry();
const reporter = new Reporter(registry, () => randomId('iso'));
/** Of the request that a call is made for. */
export const spansOfRequest = new AsyncLocalStorage<Spans>();

const known = new WeakMap<Env, Env>();

/** The bindings, with each call through them measured. The same ones for the same. */
export function measured(env: Env): Env {
  if (!isMeasured(env)) return env;
  let made = known.get(env);
  if (!made) {
    made = measuredEnv(env, observerOf(env));
    known.set(env, made);
    // Measured once is enough.
    known.set(made, made);
  }
  return made;
}

/** MEASURE of wrangler.toml. */
export function isMeasured(env: Env): boolean {
  return parseConfig(env).measures;
}

function observerOf(env: Env): CallObserver {
  return {
    began(target) {
      if (spansOfRequest.getStore()?.began(target) ?? true) registry.began(target);
    },
    ended(call) {
      const spans = spansOfRequest.getStore();
      if (spans?.ended(call.target) ?? true) registry.ended(call.target);
      registry.observe('calls', [call.target, call.operation], {
        ...{ atMs: clockNowMs(parseConfig(env)), durationMs: call.durationMs },
        ...{ outcome: call.failed ? 1 : 0, traceId: null },
      });
      spans?.add(call);
    },
  };
}

/** An alarm of an object, measured; what the isolate has gathered goes with it. `projectId`: of the object, for the log. */
export async function measuredAlarm(
  env: Env,
  object: string,
  projectId: string | null,
  work: () => Promise<void>,
): Promise<void> {
  if (!isMeasured(env)) return work();
  const startedMs = performance.now();
  let failed = true;
  try {
    await work();
    failed = false;
  } finally {
    registry.observe('alarms', [object], {
      ...{ atMs: clockNowMs(parseConfig(env)), durationMs: elapsedMs(startedMs) },
      ...{ outcome: failed ? 1 : 0, traceId: null },
    });
    flushIfDue(env, projectId);
  }
}

/** What an object of this project says of itself, when it has changed. */
export function reportGauges(env: Env, projectId: string | null, gauges: readonly Gauge[]): void {
  if (!isMeasured(env)) return;
  for (const gauge of gauges) registry.gauge(gauge);
  flushIfDue(env, projectId);
}

/**
 * Behind the answer, and not with every one. `projectId`: that the work was about. It is in the line of a flush that fails, or that line, kept as a record of the
 * project, would wake the objects of which the next one comes.
 */
export function flushIfDue(env: Env, projectId: string | null): void {
  if (reporter.isDue(performance.now())) waitUntil(flushMeasured(env, projectId));
}

/** Tells the object what this isolate has measured so far. Never throws: what is not told now is told later. */
export async function flushMeasured(env: Env, projectId: string | null = null): Promise<void> {
  try {
    await reporter.flush(performance.now(), (delta) => metricsOf(env).add(delta));
  } catch (cause) {
    log('warn', 'metrics_not_told', { projectId: projectId ?? undefined, cause: String(cause) });
  }
}
