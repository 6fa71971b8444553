import type * as z from 'zod';
import type { Ctx } from '../env.ts';
import { invalidInput } from '../shared/problem.ts';
import { ok, type Result } from '../shared/result.ts';
import { REFERENCE_TYPES } from '../wire/fraud.ts';
import type {
  CallerRefusal,
  LoginOutcome,
  PresentedCookies,
  RegisterOutcome,
  RevokeOutcome,
  SeenClient,
} from './calls.ts';
import type { FraudError } from './errors.ts';
import { normaliseReference } from './identity.ts';
import type { loginSchema, registerSchema, revokeSchema } from './input.ts';
import { fraudOf } from './object.ts';
import { asked, refused, refusedByObject, type Sent } from './send.ts';

/** Opens a fraud session of an end user that the customer has signed in. */
export async function openFraudSession(
  ctx: Ctx,
  sent: Sent<z.infer<typeof loginSchema>>,
  seen: { client: SeenClient; cookies: PresentedCookies },
): Promise<Result<Extract<LoginOutcome, { kind: 'opened' }>, FraudError>> {
  const { userId, deviceId } = sent.body;
  const device = (deviceId ?? null) === null ? null : normaliseReference('device', deviceId ?? '');
  const input = { ...sent.caller, ...seen, userId, deviceId: device };
  return settled(ctx, sent, async (object): Promise<LoginOutcome> => object.login(input));
}

/** Ends every session of an end user. */
export async function revokeFraudSessions(
  ctx: Ctx,
  sent: Sent<z.infer<typeof revokeSchema>>,
): Promise<Result<{ sessions: number }, FraudError>> {
  return settled(
    ctx,
    sent,
    async (object): Promise<RevokeOutcome> => object.revoke({ ...sent.caller, userId: sent.body.userId }),
  );
}

/** Notes by which identifiers an account is known; they are hashed before anything is kept. */
export async function register(
  ctx: Ctx,
  sent: Sent<z.infer<typeof registerSchema>>,
): Promise<Result<Extract<RegisterOutcome, { kind: 'registered' }>, FraudError>> {
  const errors: { pointer: string; reason: string }[] = [];
  const references = REFERENCE_TYPES.flatMap((type) => {
    const said = sent.body.references[type] ?? null;
    if (said === null) return [];
    const text = normaliseReference(type, said);
    if (text === null) errors.push({ pointer: `/references/${type}`, reason: `is no ${type}` });
    return text === null ? [] : [{ type, text }];
  });
  if (errors.length > 0) return refused(ctx, sent.sender, { kind: 'input', problem: invalidInput(errors) });
  const { caller, body } = sent;
  const outcome = await settled(
    ctx,
    sent,
    async (object): Promise<RegisterOutcome> => object.register({ ...caller, userId: body.userId, references }),
  );
  if (!outcome.ok) return outcome;
  return outcome.value.kind === 'registered' ? ok(outcome.value) : refused(ctx, sent.sender, outcome.value);
}

async function settled<T extends { kind: string }>(
  ctx: Ctx,
  { sender }: Pick<Sent<unknown>, 'sender'>,
  call: (object: ReturnType<typeof fraudOf>) => Promise<T>,
): Promise<Result<Exclude<T, CallerRefusal>, FraudError>> {
  const outcome = await asked(ctx, () => call(fraudOf(ctx.env, sender.projectId)));
  if (!outcome.ok) return outcome;
  const { value } = outcome;
  if (isRefusal(value)) return refusedByObject(ctx, sender, value, 0);
  return ok(value as Exclude<T, CallerRefusal>);
}

function isRefusal(outcome: { kind: string }): outcome is CallerRefusal {
  return outcome.kind === 'key_revoked' || outcome.kind === 'project_disabled';
}
