export { lokiRoutes } from './routes.ts';
