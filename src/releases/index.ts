export { releaseRoutes } from './routes.ts';
export { registerReleases } from './store.ts';
