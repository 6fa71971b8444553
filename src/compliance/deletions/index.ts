export { deletionRoutes } from './deletion-routes.ts';
export { Person } from './identity/person.ts';
export { replayLedger } from './replay/replay.ts';
export { eraseDue } from './run/erase-due.ts';
