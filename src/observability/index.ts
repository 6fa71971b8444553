export { metricsRoutes } from './metrics-routes.ts';
export { logSettingsRoutes } from './own-logs/settings-routes.ts';
export { shipOwnLogs } from './own-logs/ship.ts';
export { requestLog } from './request-log-routes.ts';
export { healthRoutes } from './routes.ts';
