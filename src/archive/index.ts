export { archiveCooling, archiveJob, archiveRetention, archiveStorageClass } from './jobs.ts';
export { archiveObjects } from './orphans.ts';
export { archiveLag } from './read/status.ts';
export { archiveRegisterRoutes } from './register-routes.ts';
export { replaceArchive } from './replace.ts';
export { archiveRoutes } from './routes.ts';
export { makeWarehouse, warehouseKey, warehouseRoutes } from './warehouse/index.ts';
