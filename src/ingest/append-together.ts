import { waitUntil } from 'cloudflare:workers';
import type { AppendOutcome, AppendRequest, journalFor } from '../journal/index.ts';
import { TOGETHER, Together } from '../shared/together.ts';
import { waitOrAbort } from '../shared/within.ts';

const appends = new Together<AppendRequest, AppendOutcome>({ wait: waitOrAbort, waitUntil }, TOGETHER);

/** Together with those of other requests that come while one is under way. */
export function appendTogether(journal: ReturnType<typeof journalFor>, request: AppendRequest): Promise<AppendOutcome> {
  return appends.call(`${request.projectId}/${request.shard}`, request, async (all) => journal.appendAll(all));
}
