export { metricsRoutes } from './metrics-routes.ts';
export { healthRoutes } from './routes.ts';
