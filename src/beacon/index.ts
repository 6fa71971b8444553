export { beaconRoutes } from './routes.ts';
