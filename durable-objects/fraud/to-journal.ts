import { type Env, parseConfig } from '../../src/env.ts';
import { recordOf } from '../../src/fraud/record.ts';
import { BatchBuilder } from '../../src/ingest/index.ts';
import { type AppendOutcome, type AppendRequest, journalFor, shardOf } from '../../src/journal/index.ts';
import { log } from '../../src/shared/log.ts';
import { inTime } from '../../src/shared/within.ts';
import type { Group } from './outbox.ts';

/** A journal that takes longer is away for those who wait; what it does all the same is known by its name when it comes again. */
const MAX_APPEND_MS = 2_000;
/** Of records whose key was revoked while they were on their way: they were accepted before. */
const OWN_ACCOUNT = 'system:fraud';

/** A group of events as a request of the journal. The name begins with what no header can hold, so that no sender's key meets it. */
export function requestOf(env: Env, projectId: string, group: Group, nowMs: number): AppendRequest {
  const { batch, keyId, events } = group;
  const key = `\nfraud ${batch}`;
  const builder = new BatchBuilder({ stream: 'fraud', service: 'fraud', nowMs }, (at) => events[at]?.id ?? '', false);
  for (const event of events) {
    const refusal = builder.add(recordOf(event));
    if (refusal) throw new Error(`event ${event.id} is no record: ${refusal.pointer} ${refusal.reason}`);
  }
  builder.finish();
  const { parts, received, rejected, rejectedByReason, rejections, chars } = builder;
  return {
    ...{ projectId, shard: shardOf(parseConfig(env), key), keyId, protocol: 'fraud', userAgent: '', nowMs },
    ...{ parts, received, rejected, rejectedByReason, rejections, bodyBytes: chars },
    dedupe: { kind: 'key', key, payload: key },
  };
}

/** False where the journal did not take it; the same group may come again. */
export async function appendGroup(env: Env, projectId: string, group: Group, nowMs: number): Promise<boolean> {
  try {
    const request = requestOf(env, projectId, group, nowMs);
    const outcome = await append(env, request);
    if (outcome.kind === 'key_revoked')
      return isStored(await append(env, { ...request, keyId: OWN_ACCOUNT }), projectId);
    return isStored(outcome, projectId);
  } catch (cause) {
    log('error', 'fraud_journal_away', { projectId, cause: String(cause) });
    return false;
  }
}

/** Counts a repeat of an event in the ledger of its key, where the journal has the event. */
export async function countRepeat(
  env: Env,
  projectId: string,
  keyId: string,
  batch: number,
  nowMs: number,
): Promise<void> {
  const request = requestOf(env, projectId, { batch, keyId, events: [] }, nowMs);
  try {
    const journal = journalFor(env, projectId, request.shard);
    const counted: Promise<unknown> = journal.repeatOf({ ...request, received: 1 });
    await inTime(MAX_APPEND_MS, 'the journal', counted);
  } catch (cause) {
    log('error', 'fraud_repeat_uncounted', { projectId, cause: String(cause) });
  }
}

function isStored(outcome: AppendOutcome, projectId: string): boolean {
  if (outcome.kind === 'stored' || outcome.kind === 'replayed') return true;
  log('error', 'fraud_journal_refuses', { projectId, why: outcome.kind });
  return false;
}

async function append(env: Env, request: AppendRequest): Promise<AppendOutcome> {
  const appended: Promise<AppendOutcome> = journalFor(env, request.projectId, request.shard).append(request);
  return inTime(MAX_APPEND_MS, 'the journal', appended);
}
