export { liveControl } from './control.ts';
export { liveRoutes } from './routes.ts';
