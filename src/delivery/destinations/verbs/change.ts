import { auditedBatch, auditIfChanged } from '../../../audit/index.ts';
import { requireRecentProof } from '../../../auth/index.ts';
import type { Config, Ctx } from '../../../env.ts';
import { hasChanged } from '../../../shared/changed.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { Destination } from '../../../wire/delivery.ts';
import type { JsonObject } from '../../../wire/record.ts';
import type { DeliveryError } from '../../errors.ts';
import { asked, type OpenDestination } from '../../object.ts';
import { checkDefinition, type Finding } from '../definition/check.ts';
import { storedHeaders } from '../definition/headers.ts';
import type { ChangeDestinationInput } from '../definition/schema.ts';
import { resealed } from '../definition/sealing.ts';
import { auditView } from '../definition/show.ts';
import type { Definition, StoredDestination } from '../definition/types.ts';
import { pushDestination } from '../push.ts';
import { findDestination, saveDestination } from '../store.ts';
import { checkedFor, type Place } from './place.ts';
import { readDestination } from './read.ts';

/**
 * Changes what is named, of a destination of this project. Its object knows it before the answer. What is there already is answered as made, whatever version
 * is named, so that a repeat after destination_pending reaches the object; `disabled: false` also brings back one that answered 410. Errors: not_found,
 * invalid, step_up_required (for what leads alerts elsewhere), destination_changed, destination_pending.
 */
export async function changeDestination(
  ctx: Ctx,
  open: OpenDestination,
  place: Place,
  id: string,
  input: ChangeDestinationInput,
): Promise<Result<Destination, DeliveryError>> {
  const { DB } = ctx.env;
  const before = await findDestination(DB, place.projectId, id);
  if (before === null) return err({ kind: 'not_found' });
  const definition = changedDefinition(ctx.config, before, input);
  if (!definition.ok) return err({ kind: 'invalid', errors: [definition.error] });
  const disabled = input.disabled ?? before.disabled;
  const changed = changedFields(before, definition.value, disabled);
  const errors = checkDefinition(definition.value, checkedFor(ctx, place));
  if (errors.length > 0 && changed.length > 0) return err({ kind: 'invalid', errors });
  // Whoever sets where alerts go gets to see what they say.
  const proof = leadsElsewhere(changed, before.definition, definition.value) ? requireRecentProof(ctx) : ok(null);
  if (!proof.ok) return proof;
  const revives = changed.length === 0 && input.disabled === false && (await isGone(ctx, open, id));
  if (changed.length > 0 || revives) {
    if (input.version !== before.version) return err({ kind: 'destination_changed', version: before.version });
    const { sealedWith, ...sealed } = resealed(ctx.config, id, {
      definition: definition.value,
      secrets: before.secrets,
    });
    const next = { ...before, ...sealed, disabled, version: before.version + 1, changedAtMs: ctx.nowMs };
    const detail = {
      version: next.version,
      changed: revives ? ['gone'] : changed,
      ...auditDetail(before, next, changed),
    };
    const [saved] = await auditedBatch(ctx, [
      saveDestination(DB, next, sealedWith),
      auditIfChanged(ctx, { action: 'destination.change', target: id, projectId: place.projectId, detail }),
    ]);
    if (!hasChanged(saved)) return conflict(ctx, place.projectId, id);
  }
  const pushed = await pushDestination(ctx, open, id);
  return pushed.ok ? readDestination(ctx, open, place.projectId, id, { seesUrl: true }) : pushed;
}

async function conflict(ctx: Ctx, projectId: string, id: string): Promise<Result<never, DeliveryError>> {
  const now = await findDestination(ctx.env.DB, projectId, id);
  return err(now === null ? { kind: 'not_found' } : { kind: 'destination_changed', version: now.version });
}

function changedDefinition(
  config: Config,
  { id, definition: before }: StoredDestination,
  input: ChangeDestinationInput,
): Result<Definition, Finding> {
  const { version: _, disabled: __, headers, breaker, ...plain } = input;
  const stored = headers === undefined ? ok(before.headers) : storedHeaders(config, id, headers, before.headers);
  if (!stored.ok) return stored;
  const keeps = stored.value.findIndex(
    ({ name, secret }) => secret && (headers?.find((told) => told.name === name)?.value ?? null) === null,
  );
  // Or whoever may change it reads with a receiver of their own what nobody is shown.
  if (keeps >= 0 && new URL(before.url).origin !== originOf(plain.url ?? before.url))
    return err({
      pointer: headers === undefined ? '/headers' : `/headers/${keeps}/value`,
      reason: 'must be told anew: a secret header is not taken along to another host',
    });
  return ok({ ...before, ...plain, headers: stored.value, breaker: { ...before.breaker, ...breaker } });
}

/** Null for what checkDefinition refuses. */
function originOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).origin : null;
}

function changedFields(
  { definition, disabled: was }: StoredDestination,
  next: Definition,
  disabled: boolean,
): string[] {
  const names = Object.keys(next) as (keyof Definition)[];
  const changed: string[] = names.filter((name) => JSON.stringify(definition[name]) !== JSON.stringify(next[name]));
  return was === disabled ? changed : [...changed, 'disabled'];
}

/** A gateway goes by its headers, and a mail provider by whose key it is; to whom a mail goes stands in its template. */
function leadsElsewhere(changed: readonly string[], before: Definition, after: Definition): boolean {
  if (changed.includes('url') || changed.includes('headers')) return true;
  const isMail = before.kind === 'email' || after.kind === 'email';
  return isMail && (changed.includes('template') || changed.includes('kind'));
}

function auditDetail(before: StoredDestination, after: StoredDestination, changed: readonly string[]): JsonObject {
  const pick = ({ definition, disabled }: StoredDestination): JsonObject => {
    const view: JsonObject = { ...auditView(definition), disabled };
    return Object.fromEntries(changed.map((name) => [name, view[name] ?? null]));
  };
  return { before: pick(before), after: pick(after) };
}

/** Not knowing is not gone: a version more would do no harm, but none is made for a guess. */
async function isGone(ctx: Ctx, open: OpenDestination, id: string): Promise<boolean> {
  const health = await asked(ctx, id, 'health', () => open(ctx, id).health());
  return health.ok && health.value.disabledReason === 'gone';
}
