export { escapeHtml } from './body/text.ts';
export { reconcileDestinations } from './destinations/push.ts';
export { destinationRoutes } from './destinations/routes.ts';
export { destinationsEverywhere, unknownDestinations } from './destinations/store.ts';
export { resealDestinations } from './destinations/verbs/reseal.ts';
export { webhookHealthRoutes } from './health/health-routes.ts';
export { pulseRoutes } from './health/pulse-routes.ts';
export { deliveryRoutes } from './log/log-routes.ts';
export { destinationOf, type OpenDestination } from './object.ts';
