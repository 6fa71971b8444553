import os from 'node:os';
import { startTarget } from '../../bench/lib/target.ts';
import { Client } from '../../cli/client.ts';
import { mayQuery, maySend } from '../../cli/key-claims.ts';
import { findTarget } from '../../cli/target.ts';
import { Stop } from '../lib/stop.ts';
import type { LoadFlags } from './flags.ts';

export interface LoadTarget {
  client: Client;
  /** In words. */
  name: string;
  /** Leader of the process group whose memory is watched; null where the server is elsewhere. */
  group: number | null;
  stop(): Promise<void>;
}

/** The deployment that the flags name, or one of its own: workerd without the dev proxy, on an empty state that goes with it. Throws a Stop. */
export async function openTarget(flags: LoadFlags, signal: AbortSignal): Promise<LoadTarget> {
  if (flags.url === null && flags.profile === null) {
    const { worker, key } = await startTarget();
    const client = new Client({ url: worker.url, key, source: 'its own server' }, signal);
    return { client, name: 'a server of its own (workerd)', group: worker.pid, stop: () => worker.stop() };
  }
  const environment = { variables: process.env, homeDir: os.homedir(), platform: process.platform };
  const client = new Client(findTarget(environment, flags), signal);
  if (!maySend(client.claims) || !mayQuery(client.claims))
    throw new Stop('The key needs the scopes ingest and query: by the second the ledger is read.');
  return { client, name: client.url, group: flags.pid, stop: async () => undefined };
}
