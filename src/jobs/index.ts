export { forgetJobs } from './forget-jobs.ts';
export { settleLostRuns } from './lost.ts';
export { type ObjectOwner, sweepObjects } from './orphans/sweep-objects.ts';
export { saveSweptTo, sweptTo } from './orphans/sweep-store.ts';
export { jobRoutes } from './routes.ts';
export { runJob } from './run-job.ts';
export { measureStorage } from './storage/measure.ts';
export { storageRoutes } from './storage/storage-routes.ts';
export { type JobTable, Unfinished } from './types.ts';
