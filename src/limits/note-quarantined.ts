import { waitUntil } from 'cloudflare:workers';
import { Gatherer } from '../shared/gather.ts';
import { log } from '../shared/log.ts';
import { projectLimiter, type TakeContext } from './client.ts';
import type { QuarantinedName } from './types.ts';

const TELL_INTERVAL_MS = 1_000;
/** Of different names and values that wait to be told; the list that they go to is shorter. */
const MAX_ITEMS = 400;

interface Noted {
  ctx: TakeContext;
  items: Map<string, QuarantinedName>;
}

const notes = new Gatherer<Noted>(
  {
    async tell(projectId, { ctx, items }) {
      try {
        await projectLimiter(ctx.env, projectId).noteQuarantined([...items.values()], ctx.nowMs);
      } catch (cause) {
        log('error', 'quarantine_unnoted', { requestId: ctx.requestId, cause: String(cause) });
      }
    },
    merge: (a, b) => ({ ctx: b.ctx, items: merged(a.items, b.items.values()) }),
    wait: (ms) => scheduler.wait(ms),
    waitUntil,
  },
  TELL_INTERVAL_MS,
);

/** Adds what was refused to the list that an operator sees, at most once a second a project; the sender does not wait for it. */
export function noteQuarantined(ctx: TakeContext, projectId: string, items: readonly QuarantinedName[]): void {
  waitUntil(notes.add(projectId, { ctx, items: merged(new Map(), items) }, ctx.nowMs));
}

/** What this isolate has not told yet. */
export async function flushQuarantined(): Promise<void> {
  await notes.flush();
}

function merged(into: Map<string, QuarantinedName>, items: Iterable<QuarantinedName>): Map<string, QuarantinedName> {
  for (const item of items) {
    const key = JSON.stringify([item.kind, item.name, item.value]);
    const known = into.get(key);
    if (known) into.set(key, { ...known, records: known.records + item.records });
    else if (into.size < MAX_ITEMS) into.set(key, item);
  }
  return into;
}
