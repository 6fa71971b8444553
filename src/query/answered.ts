import type { Ctx } from '../env.ts';
import { type AppContext, refuse } from '../shared/http.ts';
import type { Result } from '../shared/result.ts';
import type { Stream } from '../wire/record.ts';
import { cachedAnswer } from './cached.ts';
import { type ReadError, readProblem } from './errors.ts';
import { ParameterReader, type Parameters } from './parameters.ts';
import { queriedProject } from './project.ts';

/** A question whose answer is kept: how its parameters are read, who answers it, and how long that holds. */
export interface KeptQuestion<T> {
  operation: string;
  ttlMs: number;
  /** Only what came in on it makes another question. */
  stream: Stream;
  read: (parameters: Parameters, nowMs: number) => Result<T, ReadError>;
  /** `refresh`: whatever else is kept and goes into the answer is to be computed anew as well. */
  answer: (ctx: Ctx, projectId: string, request: T, refresh: boolean) => Promise<Result<unknown, ReadError>>;
}

/** Answers whoever may read the project, with `X-Cache: hit` or `miss`; `refresh=1` computes anew and keeps the new answer. */
export async function answered<T>(c: AppContext, question: KeptQuestion<T>): Promise<Response> {
  const { operation, ttlMs, stream, read, answer } = question;
  const deny = (error: ReadError): Response => refuse(c, readProblem(error));
  const ctx = c.get('ctx');
  const project = await queriedProject(ctx, c.req.query('project'), 'read');
  if (!project.ok) return deny(project.error);
  const request = read(c.req.query(), ctx.nowMs);
  if (!request.ok) return deny(request.error);
  const reader = new ParameterReader(c.req.query());
  const refresh = reader.finish(readRefresh(reader));
  if (!refresh.ok) return deny(refresh.error);
  const cached = await cachedAnswer(ctx, project.value, {
    ...{ operation, parameters: request.value, ttlMs, stream },
    refresh: refresh.value,
    compute: () => answer(ctx, project.value, request.value, refresh.value),
  });
  if (!cached.ok) return deny(cached.error);
  c.header('x-cache', cached.value.hit ? 'hit' : 'miss');
  return c.body(cached.value.body, 200, { 'content-type': 'application/json' });
}

/** Whether an answer is to be computed anew, whatever is kept. */
export function readRefresh(reader: ParameterReader): boolean {
  const text = reader.oneOf('refresh', ['0', '1', 'false', 'true'], '0');
  return text === '1' || text === 'true';
}
