export { runSearches } from './breaches/affected/run-searches.ts';
export { runNotifications } from './breaches/notify/run.ts';
export { tellClocks } from './breaches/reminders/remind.ts';
export { eraseDue, Person, replayLedger } from './deletions/index.ts';
export { complianceRoutes } from './routes.ts';
