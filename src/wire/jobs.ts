import type { DestinationKind } from './delivery.ts';

/** Of the table of src/cron.ts, in its order. */
export const JOB_NAMES = [
  'lost_runs',
  'audit_seal',
  'audit_verify',
  'notices',
  'revocations',
  'ended_sessions',
  'compaction',
  'query_cache_cleanup',
  'storage_use',
  'sign_in_cleanup',
  'challenge_cleanup',
  'factor_reseal',
  'idempotency_cleanup',
  'etl_cleanup',
  'page_retention',
  'error_group_cleanup',
  'alert_cleanup',
  'block_sweep',
  'source_map_sweep',
  'archive_sweep',
  'performance',
  'notice_cleanup',
  'job_cleanup',
  'rollups',
  'rollup_retention',
  'fraud_rules',
  'browser_rules',
  'destinations',
  'destination_reseal',
  'alert_rules',
  'archive',
  'archive_cooling',
  'archive_retention',
  'archive_classes',
  'warehouse',
  'breach_clocks',
  'breach_search',
  'breach_notify',
  'erasure',
  'erasure_replay',
] as const;
export type JobName = (typeof JOB_NAMES)[number];

/** What the cron of the deployment does. `GET /api/jobs`, for administrators. */
export interface JobStatus {
  name: string;
  /** What it does, in a sentence. */
  description: string;
  cron: string;
  /** Null before the first run. */
  last: JobRun | null;
  /** Since the database exists. */
  runs: number;
  failures: number;
  /** By its cron expression, UTC. */
  nextRunAtMs: number;
}

export interface JobRun {
  startedAtMs: number;
  /** Null while it runs, and for ever where it died. */
  finishedAtMs: number | null;
  durationMs: number | null;
  /** `lost`: it began longer ago than an invocation can take, and never ended. */
  outcome: 'running' | 'done' | 'failed' | 'lost';
  /** What it did, by name. */
  counts: Record<string, number>;
  /** Of a failure: a sentence without secrets; the cause is in the log under `requestId`. */
  problem: string | null;
  requestId: string;
  /** Who asked for it; null for cron. */
  askedBy: string | null;
}

/** `GET /api/jobs/:name/runs`: newest first, at most 50. `POST /api/jobs/:name/run` runs it now → JobRun; 409 while it runs. */
export interface JobRuns {
  items: JobRun[];
  nextCursor: null;
}

/** What the deployment tells its operators, and whether it was sent. `GET /api/notices?limit=&cursor=`, newest first. */
export interface Notice {
  id: string;
  /** Dotted, such as `audit.console_write`; the type of the event that destinations get. */
  kind: string;
  severity: 'info' | 'warning' | 'critical';
  title: string;
  detail: Record<string, string | number | boolean | null>;
  /** Where in the dashboard one can see more; a path. */
  path: string | null;
  atMs: number;
  /** When every destination had it in its queue; null while one lacks it, or where none is set. */
  sentAtMs: number | null;
}

/** `PUT /api/notices/settings`. */
export interface NoticeSettings {
  /** Destinations of any project; without one notices are only seen here. At most 20. */
  destinationIds: string[];
}

/** `GET /api/notices/settings`. */
export interface NoticeSettingsAnswer extends NoticeSettings {
  /** Null before the first change. */
  changedAtMs: number | null;
  /** Destinations of projects that are not disabled, the newest 1,000: what there is to choose from. One that is chosen and not here was deleted. */
  destinations: NoticeDestination[];
}

export interface NoticeDestination {
  id: string;
  name: string;
  kind: DestinationKind;
  disabled: boolean;
  projectId: string;
  projectName: string;
}

/** `GET /api/storage`: how much room the stores take. */
export interface StorageUse {
  databaseBytes: number;
  databaseLimitBytes: number;
  /** Of what lies in R2, by its kind, as their registers have it. Bytes are null where no register has them. */
  objects: { kind: 'archive' | 'manifest' | 'warehouse' | 'source_map'; objects: number; bytes: number | null }[];
  /** When the objects were counted, once an hour; the database is measured when one asks. */
  measuredAtMs: number;
}
