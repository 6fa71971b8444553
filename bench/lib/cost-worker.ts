/** The product's Worker with what Cloudflare bills counted; GET /__counts says how much so far. */
import type { Env } from '../../src/env.ts';
import * as product from '../../src/worker.ts';
import { countInvocation, countsSoFar, meteredClass, meteredEnv } from './metered.ts';

export const Alerts = meteredClass(product.Alerts);
export const Destination = meteredClass(product.Destination);
export const Fraud = meteredClass(product.Fraud);
export const Hub = meteredClass(product.Hub);
export const Journal = meteredClass(product.Journal);
export const Limiter = meteredClass(product.Limiter);
export const Metrics = meteredClass(product.Metrics);

export default {
  fetch(request: Request, env: Env, context: ExecutionContext): Response | Promise<Response> {
    if (new URL(request.url).pathname === '/__counts') return Response.json(countsSoFar());
    countInvocation();
    return product.default.fetch(request, meteredEnv(env), context);
  },
  scheduled(controller: ScheduledController, env: Env): Promise<void> {
    countInvocation();
    return product.default.scheduled(controller, meteredEnv(env));
  },
};
