import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'smol-toml';
import { PROJECT_DIR } from '../lib/run.ts';
import { Stop } from '../lib/stop.ts';
import { isObject } from '../start/api.ts';

/** The names that an environment has at Cloudflare. They are its identity: no id is kept anywhere (ADR 33). */
export interface Target {
  env: string;
  worker: string;
  database: string;
  bucket: string;
  /** That of the database and of the bucket: `eu`, `fedramp`; null is none. */
  jurisdiction: string | null;
}

/** Every environment of wrangler.toml; whoever needs another deployment adds one (docs/sizing.md). */
export function environmentNames(toml: string = projectToml()): string[] {
  const { env } = parse(toml);
  return isObject(env) ? Object.keys(env) : [];
}

/** Throws a Stop when wrangler.toml lacks a name, or when another environment has it: a deployment would then write into that one. */
export function readTarget(env: string, toml: string = projectToml()): Target {
  const target = namesOf(env, toml);
  for (const other of environmentNames(toml).filter((name) => name !== env)) {
    const theirs = namesOf(other, toml);
    const shared = (['worker', 'database', 'bucket'] as const).find((what) => target[what] === theirs[what]);
    if (shared !== undefined)
      throw new Stop(
        `[env.${env}] and [env.${other}] of wrangler.toml name one ${shared}, ${target[shared]}: each needs its own.`,
      );
  }
  return target;
}

function projectToml(): string {
  return readFileSync(path.join(PROJECT_DIR, 'wrangler.toml'), 'utf8');
}

function namesOf(env: string, toml: string): Target {
  const config = parse(toml);
  const section = isObject(config.env) && Object.hasOwn(config.env, env) ? config.env[env] : undefined;
  if (!isObject(section))
    throw new Stop(`wrangler.toml has no [env.${env}]: --env must be ${environmentNames(toml).join(' or ')}.`);
  const name = (value: unknown, what: string): string => {
    if (typeof value === 'string' && value !== '') return value;
    throw new Stop(`[env.${env}] of wrangler.toml has no ${what}.`);
  };
  const bound = (list: unknown, binding: string): Record<string, unknown> =>
    (Array.isArray(list) ? list.filter(isObject) : []).find((entry) => entry.binding === binding) ?? {};
  const [database, bucket] = [bound(section.d1_databases, 'DB'), bound(section.r2_buckets, 'STORE')];
  if (database.jurisdiction !== bucket.jurisdiction)
    throw new Stop(
      `[env.${env}] of wrangler.toml has one jurisdiction for DB and another for STORE: give both the same.`,
    );
  return {
    env,
    worker: name(section.name, 'name'),
    database: name(database.database_name, 'database_name for DB'),
    bucket: name(bucket.bucket_name, 'bucket_name for STORE'),
    jurisdiction:
      database.jurisdiction === undefined ? null : name(database.jurisdiction, 'jurisdiction that is a name'),
  };
}
