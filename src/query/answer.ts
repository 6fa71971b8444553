import { log } from '../shared/log.ts';
import type { Problem } from '../shared/problem.ts';
import { problemResponse } from '../shared/problem.ts';
import type { Result } from '../shared/result.ts';
import { type ReadError, readProblem } from './errors.ts';
import type { SearchEnd, SearchEvent, SearchRequest } from './search.ts';
import { encodeCursor } from './walk/order.ts';

/** Text of a download that is gathered before it is handed on: fewer, larger writes. */
export const DOWNLOAD_CHUNK_CHARS = 64 * 1024;
/** Events are of use only at once. */
export const EVENT_CHUNK_CHARS = 1;

type Search = AsyncGenerator<SearchEvent, Result<SearchEnd, ReadError>>;

/** Reads a search to its end. Stored lines go into the answer as they are: nothing is parsed, and every digit stays. */
export async function searchJson(request: SearchRequest, events: Search): Promise<Result<string, ReadError>> {
  const lines: string[] = [];
  for (;;) {
    const { done, value } = await events.next();
    if (!done) {
      if (value.kind === 'records') for (const { line } of value.hits) lines.push(line);
      continue;
    }
    if (!value.ok) return value;
    return { ok: true, value: `{"records":[${lines.join(',')}],${endJson(request, value.value)}}` };
  }
}

/** The same as server-sent events (docs/api.md), as they happen. */
export async function* searchEvents(request: SearchRequest, events: Search, requestId: string): AsyncGenerator<string> {
  for (;;) {
    const { done, value } = await events.next();
    if (done) {
      yield value.ok
        ? `event: done\ndata: {${endJson(request, value.value)}}\n\n`
        : `event: problem\ndata: ${await problemJson(readProblem(value.error), requestId)}\n\n`;
      return;
    }
    if (value.kind === 'records') {
      yield `event: records\ndata: {"records":[${value.hits.map(({ line }) => line).join(',')}]}\n\n`;
    } else {
      const { kind: _, ...progress } = value;
      yield `event: progress\ndata: ${JSON.stringify(progress)}\n\n`;
    }
  }
}

function endJson({ order, fromMs, toMs }: SearchRequest, { next, scanned, complete }: SearchEnd): string {
  const nextCursor = next && encodeCursor({ order, after: next, fromMs, toMs });
  return JSON.stringify({ nextCursor, scanned, complete }).slice(1, -1);
}

function problemJson(problem: Problem, requestId: string): Promise<string> {
  return problemResponse(problem, requestId).text();
}

/**
 * A body that is made as fast as it is read; when the reader goes away, the making stops. A failure breaks the connection: the status is out,
 * and a part must not pass for the whole.
 */
export function streamOf(
  pieces: AsyncIterator<string>,
  chunkChars: number,
  requestId: string,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let isGone = false;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { text, isLast } = await gather(pieces, chunkChars);
        if (text !== '') controller.enqueue(encoder.encode(text));
        if (isLast) controller.close();
      } catch (cause) {
        // A reader that leaves while a piece is made breaks nothing.
        if (isGone) return;
        log('error', 'stream_broken', { requestId, cause: String(cause) });
        throw cause;
      }
    },
    async cancel() {
      isGone = true;
      await pieces.return?.();
    },
  });
}

async function gather(pieces: AsyncIterator<string>, chunkChars: number): Promise<{ text: string; isLast: boolean }> {
  let text = '';
  while (text.length < chunkChars) {
    const { done, value } = await pieces.next();
    if (done) return { text, isLast: true };
    text += value;
  }
  return { text, isLast: false };
}
