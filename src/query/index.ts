export { cleanQueryCache } from './cached.ts';
export { compileQuery } from './compile.ts';
export { metricRoutes } from './metric-routes.ts';
export { queryRoutes } from './routes.ts';
export { traceRoutes } from './trace-routes.ts';
