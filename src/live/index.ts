export { type LiveControl, liveControl } from './control.ts';
export { liveRoutes } from './routes.ts';
