export { metricsRoutes } from './metrics-routes.ts';
export { observeRequests } from './observe-routes.ts';
export { logSettingsRoutes } from './own-logs/settings-routes.ts';
export { shipOwnLogs } from './own-logs/ship.ts';
export { flushMeasured, measured, measuredAlarm, reportGauges } from './red/isolate.ts';
export type { Gauge } from './red/registry.ts';
export { foldPerformance } from './report/fold.ts';
export { performanceRoutes } from './report/routes.ts';
export { healthRoutes } from './routes.ts';
