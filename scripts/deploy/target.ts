import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'smol-toml';
import { PROJECT_DIR } from '../lib/run.ts';
import { Stop } from '../lib/stop.ts';
import { isObject } from '../start/api.ts';

export const ENVIRONMENTS = ['production', 'staging'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

/** The names that an environment has at Cloudflare. They are its identity: no id is kept anywhere (ADR 33). */
export interface Target {
  env: Environment;
  worker: string;
  database: string;
  bucket: string;
}

/** Throws a Stop when wrangler.toml lacks a name. */
export function readTarget(env: Environment): Target {
  const config = parse(readFileSync(path.join(PROJECT_DIR, 'wrangler.toml'), 'utf8'));
  const section = isObject(config.env) ? config.env[env] : undefined;
  if (!isObject(section)) throw new Stop(`wrangler.toml has no [env.${env}].`);
  const name = (value: unknown, what: string): string => {
    if (typeof value === 'string' && value !== '') return value;
    throw new Stop(`[env.${env}] of wrangler.toml has no ${what}.`);
  };
  const bound = (list: unknown, binding: string): Record<string, unknown> =>
    (Array.isArray(list) ? list.filter(isObject) : []).find((entry) => entry.binding === binding) ?? {};
  return {
    env,
    worker: name(section.name, 'name'),
    database: name(bound(section.d1_databases, 'DB').database_name, 'database_name for DB'),
    bucket: name(bound(section.r2_buckets, 'STORE').bucket_name, 'bucket_name for STORE'),
  };
}
