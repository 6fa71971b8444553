export { applyMaps } from './apply.ts';
export { SOURCE_MAPS_PATH, sourceMapRoutes } from './routes.ts';
