import type { Ctx } from '../env.ts';
import { type AppContext, refuse } from '../shared/http.ts';
import type { Result } from '../shared/result.ts';
import type { Stream } from '../wire/record.ts';
import { cachedAnswer } from './cached.ts';
import { type ReadError, readProblem } from './errors.ts';
import type { Parameters } from './parameters.ts';
import { queriedProject } from './project.ts';

/** A question whose answer is kept: how its parameters are read, who answers it, and how long that holds. */
export interface KeptQuestion<T> {
  operation: string;
  ttlMs: number;
  /** Only what came in on it makes another question. */
  stream: (request: T) => Stream;
  read: (parameters: Parameters, nowMs: number) => Result<T, ReadError>;
  answer: (ctx: Ctx, projectId: string, request: T) => Promise<Result<unknown, ReadError>>;
  /** Whether it is to be answered anew. */
  refresh?: (parameters: Parameters) => boolean;
}

/** Answers whoever may read the project, with `X-Cache: hit` or `miss`. */
export async function answered<T>(c: AppContext, question: KeptQuestion<T>): Promise<Response> {
  const { operation, ttlMs, stream, read, answer, refresh } = question;
  const deny = (error: ReadError): Response => refuse(c, readProblem(error));
  const ctx = c.get('ctx');
  const project = await queriedProject(ctx, c.req.query('project'), 'read');
  if (!project.ok) return deny(project.error);
  const request = read(c.req.query(), ctx.nowMs);
  if (!request.ok) return deny(request.error);
  const cached = await cachedAnswer(ctx, project.value, {
    ...{ operation, parameters: request.value, ttlMs, stream: stream(request.value) },
    refresh: refresh?.(c.req.query()) ?? false,
    compute: () => answer(ctx, project.value, request.value),
  });
  if (!cached.ok) return deny(cached.error);
  c.header('x-cache', cached.value.hit ? 'hit' : 'miss');
  return c.body(cached.value.body, 200, { 'content-type': 'application/json' });
}
