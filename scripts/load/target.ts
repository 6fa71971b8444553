import os from 'node:os';
import { startTarget } from '../../bench/lib/target.ts';
import { Client } from '../../cli/client.ts';
import { readHealth } from '../../cli/commands/health.ts';
import { mayQuery, maySend } from '../../cli/key-claims.ts';
import { findTarget, isThisMachine } from '../../cli/target.ts';
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
  if (!isThisMachine(client.url) && !flags.yesDeployed) throw new Stop(await whatIsLoaded(client));
  return { client, name: client.url, group: flags.pid, stop: async () => undefined };
}

/** A deployment does not say whether it is for trials, and should not: whoever reads that from outside knows where to look for mistakes. So each is asked for. */
async function whatIsLoaded(client: Client): Promise<string> {
  const { version, deployment } = await readHealth(client);
  const since = deployment === null ? '' : `, deployed ${new Date(deployment.createdAtMs).toISOString()}`;
  return `${client.url} is not on this machine (version ${version}${since}), and may be what others work with. What is sent stays there like any record, counts against the rates and
quotas of the key's project, may fire its alerts, and is paid for. Add --yes-deployed where that is meant.`;
}
