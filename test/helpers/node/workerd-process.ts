/** The process that workerd.ts starts: miniflare with the bundled Worker, until it is killed. Its one argument is JSON. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { convertV4MiniflareOptions, Miniflare, type V4WorkerOptions } from 'miniflare';
import { unstable_getMiniflareWorkerOptions } from 'wrangler';
import { PROJECT_DIR } from '../../../scripts/lib/run.ts';

interface Config {
  script: string;
  port: number;
  dataDir: string;
  secretsFile: string;
  vars: Record<string, string>;
}

const config: Config = JSON.parse(process.argv[2] ?? '');
// Bindings come from wrangler.toml itself, so that a new one is there without a change here.
const { workerOptions } = unstable_getMiniflareWorkerOptions(path.join(PROJECT_DIR, 'wrangler.toml'));
const { assets: _, ...bindings } = workerOptions;
const worker = {
  ...bindings,
  name: 'breakwater', // Durable Object storage is found by the Worker's name
  rootPath: path.dirname(config.script),
  modules: [{ type: 'ESModule', path: config.script }],
  bindings: {
    ...(workerOptions.bindings as Record<string, string>),
    ENVIRONMENT: 'local',
    ...parseEnv(readFileSync(config.secretsFile, 'utf8')),
    ...config.vars,
  },
} as V4WorkerOptions;

const miniflare = new Miniflare(
  convertV4MiniflareOptions({
    host: '127.0.0.1',
    port: config.port,
    cf: false,
    unsafeTriggerHandlers: true,
    resourcePersistencePath: path.join(config.dataDir, 'v3'),
    workers: [worker],
  }),
);
await miniflare.ready;
