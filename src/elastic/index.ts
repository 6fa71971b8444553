export { elasticRoutes } from './routes.ts';
