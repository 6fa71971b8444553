import '../../../styles/jobs.css';
import { getStorage, listJobs } from '../../../api/jobs.ts';
import { Button } from '../../../components/button.tsx';
import { HeadlineText } from '../../../components/headline-text.tsx';
import { PagedList } from '../../../components/paged-list.tsx';
import { Empty, Failure } from '../../../components/states.tsx';
import { now } from '../../../state/clock.ts';
import { param, setParams } from '../../../state/route.ts';
import { useLookAgain } from '../../../state/use-look-again.ts';
import { useResource } from '../../../state/use-resource.ts';
import { JOB_COLUMNS, type JobRow } from './job-columns.tsx';
import { JobDrawer } from './job-drawer.tsx';
import { jobsHeadline, outcomeWords } from './job-words.ts';
import { StorageStats } from './storage-stats.tsx';

const ROW_PX = { desk: 32, phone: 56 };
/** Cron has a line for every minute. */
const LOOK_AGAIN_MS = 20_000;

/** Does what cron has to do happen, and how full are the stores? The job that is open is in the address. */
export default function JobsTab() {
  const jobs = useResource('jobs', listJobs);
  const storage = useResource('storage', getStorage);
  const openName = param('job') || null;
  const items = jobs.data?.items ?? null;
  const rows: JobRow[] | null = items?.map((job) => ({ ...job, id: job.name })) ?? null;
  useLookAgain(true, jobs.data, LOOK_AGAIN_MS, jobs.reload);
  return (
    <>
      <div class="answer">
        <HeadlineText second headline={items && jobsHeadline(items, now())} waiting="Jobs" />
      </div>
      {storage.error ? (
        <Failure line what="How full the stores are is not known now" error={storage.error} onRetry={storage.reload} />
      ) : null}
      <StorageStats use={storage.data} jobs={items} />
      <section class="card list-card" aria-label="Jobs">
        <div class="list-filters">
          <span class="faint">By cron, in UTC</span>
          <span class="grow" />
          <Button small kind="quiet" icon="refresh" label="Refresh" onClick={jobs.reload} />
        </div>
        <PagedList
          what="jobs"
          label="Jobs"
          name="job"
          columns={JOB_COLUMNS}
          rowPx={ROW_PX}
          rowClass={({ last }) => `job-${outcomeWords(last).tone}`}
          paged={{
            list: rows && { rows, cursor: null, complete: true },
            // A look that nobody asked for greys nothing out.
            ...{ error: jobs.error, loading: jobs.loading && rows === null, more: () => undefined, retry: jobs.reload },
          }}
          openId={openName}
          onOpen={({ name }) => setParams({ job: name }, openName === null ? 'push' : 'replace')}
          empty={
            <Empty title="This version has no jobs">
              <p>Nothing is done by cron.</p>
            </Empty>
          }
          drawer={
            openName === null ? null : (
              <JobDrawer
                key={openName}
                name={openName}
                job={items?.find(({ name }) => name === openName) ?? null}
                isListed={items === null || items.some(({ name }) => name === openName)}
                onRun={jobs.reload}
              />
            )
          }
        />
      </section>
    </>
  );
}
