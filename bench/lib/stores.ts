import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { convertV4MiniflareOptions, Miniflare, type V4WorkerOptions } from 'miniflare';
import { unstable_getMiniflareWorkerOptions } from 'wrangler';
import { PROJECT_DIR } from '../../scripts/lib/run.ts';
import { openStateFolder } from '../../scripts/start/state-folder.ts';
import { type Config, type Env, parseConfig } from '../../src/env.ts';

export interface Stores {
  db: D1Database;
  bucket: R2Bucket;
}

/** Works in the stores of a state folder that no server has open. */
export async function inStores<T>(stateDir: string, work: (stores: Stores) => Promise<T>): Promise<T> {
  const miniflare = openStores(stateDir);
  try {
    return await work({
      db: (await miniflare.getD1Database('DB', 'breakwater')) as unknown as D1Database,
      bucket: (await miniflare.getR2Bucket('STORE', 'breakwater')) as unknown as R2Bucket,
    });
  } finally {
    await miniflare.dispose();
  }
}

/** What the Worker of a state folder goes by: its variables and its secrets. */
export function configOf(stateDir: string): Config {
  const bindings = workerOptions().bindings as Record<string, string>;
  const secrets = parseEnv(readFileSync(openStateFolder(stateDir).secrets, 'utf8'));
  return parseConfig({ ...bindings, ENVIRONMENT: 'local', ...secrets } as unknown as Env);
}

function workerOptions() {
  return unstable_getMiniflareWorkerOptions(path.join(PROJECT_DIR, 'wrangler.toml')).workerOptions;
}

/** As test/helpers/node/workerd-process.ts lays them out, with a Worker that does nothing. */
function openStores(stateDir: string): Miniflare {
  const { d1Databases, r2Buckets } = workerOptions();
  const worker = { d1Databases, r2Buckets, name: 'breakwater', modules: true, script: 'export default {}' };
  return new Miniflare(
    convertV4MiniflareOptions({
      resourcePersistencePath: path.join(openStateFolder(stateDir).data, 'v3'),
      workers: [worker as V4WorkerOptions],
    }),
  );
}
