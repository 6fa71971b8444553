export { otlpRoutes } from './routes.ts';
