import { elapsedMs } from './elapsed.ts';
import { log } from './log.ts';

/**
 * An alarm of an object, with the line that a request would have: for whoever wants every line, or as an error where it throws, after which the platform tries it
 * again. `projectId` of what the object belongs to; null where it belongs to nothing yet.
 */
export async function loggedAlarm(object: string, projectId: string | null, run: () => Promise<void>): Promise<void> {
  const startedMs = performance.now();
  const facts = (outcome: 'ok' | 'failed') => ({
    ...{ object, projectId: projectId ?? undefined, outcome },
    durationMs: Math.round(elapsedMs(startedMs) * 10) / 10,
  });
  try {
    await run();
  } catch (cause) {
    log('error', 'alarm_failed', { ...facts('failed'), cause: String(cause) });
    throw cause;
  }
  log('debug', 'alarm', facts('ok'));
}
