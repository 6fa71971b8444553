export { announceHealth } from './announce.ts';
export { liveControl } from './control.ts';
export { liveRoutes } from './routes.ts';
export { place } from './sequence.ts';
