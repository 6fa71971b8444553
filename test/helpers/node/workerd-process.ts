/** The process that workerd.ts starts: miniflare with the bundled Worker, until it is killed. Its one argument is JSON. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { convertV4MiniflareOptions, Miniflare, type V4WorkerOptions } from 'miniflare';

interface Config {
  script: string;
  /** JSON of what wrangler.toml says: to load wrangler for it takes longer than all the rest, and tests of faults start this often. */
  bindingsFile: string;
  /** 0: whichever is free. */
  port: number;
  dashboard: boolean;
  dataDir: string;
  secretsFile: string;
  vars: Record<string, string>;
}

const config: Config = JSON.parse(process.argv[2] ?? '');
const { assets, ...fromToml } = JSON.parse(readFileSync(config.bindingsFile, 'utf8'));
const worker = {
  ...fromToml,
  ...(config.dashboard ? { assets } : {}),
  name: 'breakwater', // Durable Object storage is found by the Worker's name
  rootPath: path.dirname(config.script),
  modules: [{ type: 'ESModule', path: config.script }],
  bindings: {
    ...fromToml.bindings,
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
console.log(`listening: ${(await miniflare.ready).port}`);
