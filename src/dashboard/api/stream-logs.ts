import type { LogRecord } from '../../wire/record.ts';
import { readEvents } from './event-stream.ts';
import { type ApiError, open, problemOf } from './http.ts';
import { type PageOptions, type Scope, scopeParams } from './query.ts';
import type { LogPage, Scanned } from './types.ts';

export interface Progress {
  blocksDone: number;
  blocksLeft: number;
  /** Read from an archive so far. */
  blocksArchived: number;
  bytes: number;
}

export type StreamEnd =
  | { kind: 'done'; nextCursor: string | null; scanned: Scanned; complete: boolean }
  | { kind: 'failed'; error: ApiError };

export interface StreamHandlers {
  progress: (progress: Progress) => void;
  records: (records: LogRecord[]) => void;
}

/** A search whose results arrive while it runs. Resolves when it ended, for whatever reason; aborting the signal ends it. */
export async function streamLogs(
  scope: Scope,
  page: PageOptions,
  handlers: StreamHandlers,
  signal: AbortSignal,
): Promise<StreamEnd> {
  const answer = await open('/api/query/logs', {
    params: { ...scopeParams(scope), ...page },
    headers: { accept: 'text/event-stream' },
    signal,
  });
  if (!answer.ok) return { kind: 'failed', error: answer.error };
  const response = answer.value;
  try {
    if (!response.headers.get('content-type')?.startsWith('text/event-stream') || response.body === null) {
      const whole = (await response.json()) as LogPage;
      handlers.records(whole.records);
      return { kind: 'done', nextCursor: whole.nextCursor, scanned: whole.scanned, complete: whole.complete };
    }
    for await (const { event, data } of readEvents(response.body)) {
      if (event === 'progress') handlers.progress(JSON.parse(data) as Progress);
      else if (event === 'records') handlers.records((JSON.parse(data) as { records: LogRecord[] }).records);
      else if (event === 'problem') return { kind: 'failed', error: problemOf(JSON.parse(data), 500, null) };
      else if (event === 'done') return { kind: 'done', ...(JSON.parse(data) as Omit<LogPage, 'records'>) };
    }
  } catch {
    return { kind: 'failed', error: signal.aborted ? { kind: 'aborted' } : { kind: 'network' } };
  }
  // The line closed without `done`: what arrived is a part of the answer.
  return { kind: 'failed', error: signal.aborted ? { kind: 'aborted' } : { kind: 'network' } };
}
