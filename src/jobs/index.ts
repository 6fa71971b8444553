export { forgetJobs } from './forget-jobs.ts';
export { settleLostRuns } from './lost.ts';
export { jobRoutes } from './routes.ts';
export { runJob } from './run-job.ts';
export { type Job, type JobTable, Unfinished } from './types.ts';
