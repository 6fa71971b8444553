import { createApp } from './app.ts';
import { runCron } from './cron.ts';
import type { Env } from './env.ts';
import { shipOwnLogs } from './observability/index.ts';

export { Alerts } from '../durable-objects/alerts/alerts.ts';
export { Destination } from '../durable-objects/destination/destination.ts';
export { Fraud } from '../durable-objects/fraud/fraud.ts';
export { Hub } from '../durable-objects/hub/hub.ts';
export { Journal } from '../durable-objects/journal/journal.ts';
export { Limiter } from '../durable-objects/limiter/limiter.ts';
export { Metrics } from '../durable-objects/metrics/metrics.ts';

// Here, because this is what every isolate begins with: those of objects too.
shipOwnLogs();
const app = createApp();

export default {
  fetch: app.fetch,
  scheduled: (controller, env) => runCron(controller, env),
} satisfies ExportedHandler<Env>;
