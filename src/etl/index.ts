export { cleanupJobs } from './cleanup.ts';
export { etlRoutes } from './routes.ts';
