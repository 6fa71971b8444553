import type { Ctx } from '../env.ts';
import { journalFor } from '../journal/index.ts';
import { type IngestError, ingestProblem } from './errors.ts';

/** A request refused before it had records still shows in the ledger of the key that sent it. */
export async function countRefused(
  ctx: Ctx,
  to: { projectId: string; keyId: string },
  error: IngestError,
): Promise<void> {
  await countRefusedCode(ctx, to, ingestProblem(error).code);
}

export async function countRefusedCode(
  ctx: Ctx,
  to: { projectId: string; keyId: string },
  code: string,
): Promise<void> {
  try {
    await journalFor(ctx.env, to.projectId, 0).countRefused({ keyId: to.keyId, nowMs: ctx.nowMs, code, requests: 1 });
  } catch (cause) {
    console.error(
      JSON.stringify({
        level: 'error',
        event: 'refusal_uncounted',
        requestId: ctx.requestId,
        code,
        cause: String(cause),
      }),
    );
  }
}
