import type { Client } from '../client.ts';
import { spanWords } from '../time.ts';
import { type Finding, fine, warn } from './finding.ts';

const FULL_AT = 0.8;
/** The rarest job runs once a day. */
const JOB_LATE_MS = 26 * 3_600_000;
const UNSEALED_LATE_SECONDS = 3_600;

interface Metric {
  name: string;
  samples: { labels: Record<string, string>; value: number }[];
}

/** Of the whole deployment, for keys with the scope admin: what its own metrics say. */
export async function lookAtDeployment(client: Client, nowMs: number): Promise<Finding[]> {
  const { metrics } = await client.get<{ metrics: Metric[] }>('/api/metrics', { format: 'json' });
  const samples = (name: string) => metrics.find((metric) => metric.name === name)?.samples ?? [];
  const value = (name: string) => samples(name)[0]?.value ?? 0;
  const findings: Finding[] = [];
  const [bytes, limit] = [value('breakwater_database_bytes'), value('breakwater_database_limit_bytes')];
  if (limit > 0 && bytes > limit * FULL_AT) {
    const fix = 'Blocks go to the archive early by themselves; shorten the hot period, or delete what is not needed.';
    findings.push(warn('database', `${Math.round((bytes / limit) * 100)} % full`, fix));
  }
  for (const { labels, value: seconds } of samples('breakwater_job_last_success_timestamp_seconds')) {
    if (seconds > 0 && nowMs - seconds * 1_000 > JOB_LATE_MS) {
      const detail = `"${labels.job}" last succeeded ${spanWords(nowMs - seconds * 1_000)} ago`;
      findings.push(warn('jobs', detail, 'Do the cron triggers run? Jobs in the dashboard says what failed.'));
    }
  }
  if (value('breakwater_notices_unsent') > 0) {
    const detail = `${value('breakwater_notices_unsent')} notices were not sent`;
    findings.push(warn('notices', detail, 'Set where they go (Notices in the dashboard), and see that it answers.'));
  }
  if (value('breakwater_audit_unsealed_seconds') > UNSEALED_LATE_SECONDS) {
    const detail = `unsealed for ${spanWords(value('breakwater_audit_unsealed_seconds') * 1_000)}`;
    findings.push(warn('audit', detail, 'Do the cron triggers run? docs/audit.md says what stops the sealing.'));
  }
  return findings.length > 0 ? findings : [fine('deployment', 'jobs, notices, database and trail are well')];
}
