import type { Ctx } from '../../env.ts';
import { ParameterReader, type Parameters } from '../../query/index.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { FIRING_STATES, type Firing, type FiringState } from '../../wire/alerts.ts';
import type { FiringQuery } from '../calls.ts';
import type { AlertError } from '../errors.ts';
import { orAway } from '../object.ts';

const DEFAULT_FIRINGS = 50;
const MAX_FIRINGS = 200;
/** The place of a firing in the object's list, which is how it writes one: at most 15 digits are exact as a number. */
const CURSOR = /^[1-9][0-9]{0,14}$/;

/** `?state=&rule=&limit=&cursor=`. */
export function readFiringQuery(parameters: Parameters): Result<FiringQuery, AlertError> {
  const reader = new ParameterReader(parameters);
  const state = reader.text('state');
  if (state !== null && !isState(state)) reader.refuse('state', `must be one of ${FIRING_STATES.join(', ')}`);
  const cursor = reader.text('cursor');
  if (cursor !== null && !CURSOR.test(cursor)) reader.refuse('cursor', 'must be a nextCursor of this list');
  const limit = reader.count('limit', DEFAULT_FIRINGS, 1, MAX_FIRINGS);
  const query = { state: state as FiringState | null, ruleId: reader.text('rule'), limit, cursor };
  const read = reader.finish(query);
  return read.ok ? read : err({ kind: 'read', error: read.error });
}

/** The newest first. Errors: invalid, alerts_away. */
export async function listFirings(
  ctx: Ctx,
  projectId: string,
  query: FiringQuery,
): Promise<Result<{ items: Firing[]; nextCursor: string | null }, AlertError>> {
  const page = await orAway(ctx, projectId, 'firings', (object) => object.firings(query));
  return page === null ? err({ kind: 'alerts_away' }) : ok(page);
}

/** Errors: firing_not_found, alerts_away. */
export async function readFiring(ctx: Ctx, projectId: string, id: string): Promise<Result<Firing, AlertError>> {
  const found = await orAway(ctx, projectId, 'firing', async (object) => ({ firing: await object.findFiring(id) }));
  if (found === null) return err({ kind: 'alerts_away' });
  return found.firing === null ? err({ kind: 'firing_not_found' }) : ok(found.firing);
}

function isState(text: string): text is FiringState {
  return (FIRING_STATES as readonly string[]).includes(text);
}
