export { fraudControl, fraudOf } from './object.ts';
export { fraudReadRoutes } from './read-routes.ts';
export { fraudRoutes } from './routes.ts';
