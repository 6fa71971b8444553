export { metricsRoutes } from './metrics-routes.ts';
export { requestLog } from './request-log-routes.ts';
export { healthRoutes } from './routes.ts';
