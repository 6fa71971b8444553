import { env as bindings, waitUntil } from 'cloudflare:workers';
import { type Ctx, clockNowMs, type Env, parseConfig } from '../../env.ts';
import { BatchBuilder, storeBatch } from '../../ingest/index.ts';
import { batchIds, randomId } from '../../shared/ids.ts';
import { log, setLogSink } from '../../shared/log.ts';
import { findLogSettings } from './log-settings-store.ts';
import { recordOf } from './record.ts';
import { type Batch, OWN_REQUEST_ID, Shipper } from './shipper.ts';

/** How late a change of the setting is felt by an isolate that was not told of it. */
const ASK_AGAIN_MS = 60_000;
/** The account in the ledger, beside keys and people. */
const ACCOUNT = 'system:own_logs';

// A line is written wherever something happens, with no context at hand.
const env = bindings as unknown as Env;
let known: { projectId: string | null; askAgainAtMs: number } | null = null;

const shipper = new Shipper({
  target: async () => {
    const now = nowMs();
    // Later than it can be is what a clock that was set back makes of it.
    if (known && now < known.askAgainAtMs && now >= known.askAgainAtMs - ASK_AGAIN_MS) return known.projectId;
    const settings = await findLogSettings(env.DB);
    known = { projectId: settings?.projectId ?? null, askAgainAtMs: now + ASK_AGAIN_MS };
    return known.projectId;
  },
  store,
  failed: (cause) => log('warn', 'own_logs_wait', { requestId: OWN_REQUEST_ID, cause: String(cause) }),
  newId: () => randomId('log'),
  nowMs,
  wait: (ms) => scheduler.wait(ms),
  waitUntil,
});

/** From here on the lines of this isolate, those of its objects too, are kept as records where an administrator has chosen a project for it. */
export function shipOwnLogs(): void {
  setLogSink((line) => shipper.take(line));
}

/** What this isolate has not stored yet. */
export async function flushOwnLogs(): Promise<void> {
  await shipper.flush();
}

/** The isolate that changes the setting asks for it anew. */
export function forgetTarget(): void {
  known = null;
}

function nowMs(): number {
  return clockNowMs(parseConfig(env));
}

/** By the way of every batch, with the limits of its project: in process, by no request, and so without a line of its own. */
async function store(projectId: string, { id, lines, lost }: Batch): Promise<'stored' | 'refused'> {
  const ctx: Ctx = {
    ...{ env, config: parseConfig(env), nowMs: nowMs(), actor: { kind: 'system', job: 'own_logs' } },
    ...{ requestId: OWN_REQUEST_ID, address: 'log', country: () => null, allowances: [] },
  };
  const batch = new BatchBuilder(
    { stream: 'logs', service: 'breakwater', nowMs: ctx.nowMs },
    batchIds(ctx.nowMs),
    false,
  );
  for (const line of lines) batch.add(recordOf(line, ctx.nowMs));
  for (const [reason, count] of Object.entries(lost)) batch.noteLost(reason, count);
  batch.finish();
  const stored = await storeBatch(ctx, {
    sender: { projectId, keyId: ACCOUNT, recordsPerDay: null },
    ...{ protocol: 'own_log', userAgent: 'breakwater', batch },
    bodyBytes: batch.parts.reduce((sum, { rawBytes }) => sum + rawBytes, 0),
    dedupe: { kind: 'key', key: id, payload: id },
  });
  if (stored.ok) return 'stored';
  const { kind } = stored.error;
  // What passes with time is tried again, as any client would.
  if (kind === 'journal_away' || kind === 'backlog_full' || kind === 'rate_limited')
    throw new Error(`the journal says ${kind}`);
  // Nobody sees it in the ledger before a later batch is stored.
  log('error', 'own_logs_refused', { requestId: OWN_REQUEST_ID, projectId, lines: lines.length, cause: kind });
  return 'refused';
}
