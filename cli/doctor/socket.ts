import { TOPIC_HEALTH } from '../../src/wire/protocol.ts';
import type { Client } from '../client.ts';
import { CliError } from '../exit.ts';
import { follow } from '../live/follow.ts';
import { type Finding, fail, fine } from './finding.ts';

const TIMEOUT_MS = 15_000;

/** Whether a WebSocket comes through: proxies that let HTTP pass often stop it. */
export async function lookAtSocket(client: Client): Promise<Finding> {
  const done = new AbortController();
  const startedMs = performance.now();
  let openedMs: number | null = null;
  try {
    await follow({
      ...{ client, topic: TOPIC_HEALTH, filter: '', since: null },
      signal: AbortSignal.any([done.signal, client.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      onSubscribed() {
        openedMs = performance.now();
        done.abort();
      },
      ...{ onRecords: () => undefined, onLost: () => undefined, onGap: () => undefined },
    });
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return fail('live', error.message, error.details.hint ?? 'A proxy in between may not let WebSockets pass.');
  }
  if (openedMs === null)
    return fail('live', `no socket within ${TIMEOUT_MS / 1_000} s`, 'A proxy in between may not let WebSockets pass.');
  return fine('live', `a socket opens in ${Math.round(openedMs - startedMs)} ms`);
}
