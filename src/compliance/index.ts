export { eraseDue, Person, replayLedger } from './deletions/index.ts';
export { complianceRoutes } from './routes.ts';
