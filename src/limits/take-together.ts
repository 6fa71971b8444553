import { waitUntil } from 'cloudflare:workers';
import type { Limiter } from '../../durable-objects/limiter/limiter.ts';
import { TOGETHER, Together } from '../shared/together.ts';
import { waitOrAbort } from '../shared/within.ts';
import type { IngestOutcome, IngestTake } from './types.ts';

const takes = new Together<IngestTake, IngestOutcome>({ wait: waitOrAbort, waitUntil }, TOGETHER);

/** Together with those of other requests that come while one is under way. */
export function takeTogether(
  projectId: string,
  limiter: DurableObjectStub<Limiter>,
  take: IngestTake,
): Promise<IngestOutcome> {
  return takes.call(projectId, take, async (all) => limiter.takeAll(all));
}
