/** What runs: the version of the program, and of the deployment what the platform says of it. */
export interface Deployed {
  version: string;
  /** Null where the platform does not say. */
  deployment: {
    /** As `wrangler versions list` and the dashboard of Cloudflare have it. */
    id: string;
    /** As given with `wrangler deploy --tag`; null without one. */
    tag: string | null;
    createdAtMs: number;
    /** Since it was created, which a deployment does at once; of a version that was rolled back to, since it was first there. */
    uptimeSeconds: number;
  } | null;
}

export interface ReadyCheck {
  name: string;
  ok: boolean;
  /** Whether requests can be served without it. The cron does what may wait. */
  mayWait: boolean;
  detail: string;
  durationMs: number;
}

/** `degraded`: requests are served, and something that may wait is not done. */
export type ReadyStatus = 'ready' | 'degraded' | 'not_ready';

/** How far behind what is done later is. Null where it cannot be said. Behind is no reason to send nobody here: what waits is read where it lies. */
export interface Lag {
  /** How long the oldest record waits to be in a block, of the journals that were asked. */
  sealMs: number | null;
  /** How long ago the block that is latest should have been archived. */
  archiveMs: number | null;
  archiveDueBlocks: number | null;
  /** How long the oldest entry of the audit trail waits for a checkpoint. */
  auditMs: number | null;
}

/** `GET /api/ready`: 200, and 503 with the same body where it is not ready. */
export interface ReadyAnswer extends Deployed {
  status: ReadyStatus;
  checks: ReadyCheck[];
  lag: Lag;
  archive: { lagMs: number; dueBlocks: number | null } | null;
}
