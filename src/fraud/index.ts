export { fraudControl, fraudOf } from './object.ts';
export { fraudReadRoutes } from './read-routes.ts';
export { reconcileRisk } from './reconcile-risk.ts';
export { riskRoutes } from './risk-routes.ts';
export { fraudRoutes } from './routes.ts';
