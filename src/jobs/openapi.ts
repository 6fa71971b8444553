import { describe, oneOf, type Whole } from '../shared/describe.ts';
import { JOB_NAMES, type JobRun, type JobRuns, type JobStatus, type StorageUse } from '../wire/jobs.ts';

export interface JobAnswers {
  'GET /api/jobs': Whole<JobStatus>;
  'GET /api/jobs/:name/runs': JobRuns;
  'POST /api/jobs/:name/run': JobRun;
  'GET /api/storage': StorageUse;
}

const NAME = { name: oneOf(JOB_NAMES, '`name` of a job of the list.') };

export default describe<JobAnswers>('Jobs and storage', {
  'GET /api/jobs': { summary: 'What cron does, and how its last runs went', access: 'admins' },
  'GET /api/jobs/:name/runs': { summary: 'The newest 50 runs of a job, newest first', access: 'admins', path: NAME },
  'POST /api/jobs/:name/run': {
    summary: 'Run a job now',
    more: 'Answers once it has ended, 200 also where it failed.',
    access: 'admins',
    path: NAME,
    codes: 'cron_job_running',
  },
  'GET /api/storage': { summary: 'How much room the database and the objects take', access: 'admins' },
});
