export { applyMaps } from './apply.ts';
export { sourceMapObjects } from './orphans.ts';
export { SOURCE_MAPS_PATH, sourceMapRoutes } from './routes.ts';
