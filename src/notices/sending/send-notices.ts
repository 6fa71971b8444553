import type { Ctx } from '../../env.ts';
import { randomId } from '../../shared/ids.ts';
import { log } from '../../shared/log.ts';
import { within } from '../../shared/within.ts';
import type { NoticeDestination } from '../../wire/jobs.ts';
import { findSettings } from '../settings/settings-store.ts';
import { type NoticePorts, TOLD_WITHIN_MS } from '../types.ts';
import { type Bundle, bundleStatements, toldStatement, unbundledKinds, unsentBundles } from './bundle-store.ts';
import { eventOf } from './event.ts';

/** Of a run. There are a dozen kinds; what is left waits a minute. */
const KINDS_PER_RUN = 30;
const BUNDLES_PER_RUN = 50;
/** A destination commits within milliseconds. */
const PATIENCE_MS = 5_000;

export interface Sent {
  counts: { bundles: number; sent: number };
  /** Sentences; empty where everything was told. */
  problems: string[];
}

/**
 * Cron: tells every destination that is set of what it was not told yet, notices of one kind together, each destination once. One that is away is told in a
 * later run, and holds back no other. At most 3 statements, 2 for each of 30 kinds and one for each of 50 bundles, and 20 calls.
 */
export async function sendNotices(ctx: Ctx, ports: NoticePorts): Promise<Sent> {
  const { DB } = ctx.env;
  const settings = await findSettings(DB);
  if (!settings || settings.destinationIds.length === 0) return { counts: { bundles: 0, sent: 0 }, problems: [] };
  const sinceMs = ctx.nowMs - TOLD_WITHIN_MS;
  for (const kind of await unbundledKinds(DB, sinceMs, KINDS_PER_RUN)) {
    await DB.batch(bundleStatements(DB, { id: randomId('ntb'), kind, sinceMs, nowMs: ctx.nowMs }));
  }
  const destinations = await ports.find(ctx, settings.destinationIds);
  const problems = settings.destinationIds
    .filter((id) => destinations.every((destination) => destination.id !== id))
    .map((id) => `The destination ${id}, which notices go to, was deleted: choose another one.`);
  const bundles = await unsentBundles(DB, sinceMs, BUNDLES_PER_RUN);
  if (bundles.length === 0) return { counts: { bundles: 0, sent: 0 }, problems };

  const told = await Promise.all(destinations.map((to) => tell(ctx, ports, to, bundles, settings.origin)));
  problems.push(...told.flatMap(({ problem }) => problem ?? []));
  const changed = bundles.flatMap((bundle) => {
    const has = destinations.filter(({ id }, i) => bundle.told.includes(id) || told[i]?.problem === null);
    const isSent = has.length === destinations.length && has.length > 0;
    const ids = [...new Set([...bundle.told, ...has.map(({ id }) => id)])];
    if (ids.length === bundle.told.length && !isSent) return [];
    return [{ id: bundle.id, told: ids, sentAtMs: isSent ? ctx.nowMs : null }];
  });
  if (changed.length > 0) await DB.batch(changed.map((bundle) => toldStatement(DB, bundle)));
  const sent = changed.filter(({ sentAtMs }) => sentAtMs !== null).length;
  return { counts: { bundles: bundles.length, sent }, problems };
}

async function tell(
  ctx: Ctx,
  ports: NoticePorts,
  { id, name, projectId }: NoticeDestination,
  bundles: readonly Bundle[],
  origin: string,
): Promise<{ problem: string | null }> {
  const lacking = bundles.filter(({ told }) => !told.includes(id));
  if (lacking.length === 0) return { problem: null };
  const events = lacking.map((bundle) => eventOf(bundle, projectId, origin));
  try {
    const answer = await within(PATIENCE_MS, ports.enqueue(ctx, id, events));
    if (answer === 'enqueued') return { problem: null };
    const why = answer === null ? 'did not answer' : 'does not know itself yet';
    return { problem: `The destination ${name} ${why}: it is told in a minute.` };
  } catch (cause) {
    const { requestId } = ctx;
    log('error', 'notices_not_told', { requestId, destinationId: id, cause: String(cause) });
    return { problem: `The destination ${name} is away: it is told in a minute.` };
  }
}
