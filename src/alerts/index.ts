export { firingRoutes } from './firing-routes.ts';
export { alertsControl, alertsOf } from './object.ts';
export { forgetAlerts, reconcileAlerts } from './push/reconcile.ts';
export { alertRuleRoutes } from './rule-routes.ts';
