import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { ENVIRONMENTS, readTarget } from '../../scripts/deploy/target.ts';
import { PROJECT_DIR } from '../../scripts/lib/run.ts';
import { isObject } from '../../scripts/start/api.ts';

/** What wrangler hands down to an environment that does not say otherwise (its documentation, "Inheritable keys"). Everything else an environment lacks unless it repeats it. */
const INHERITED = [
  ...[
    'main',
    'compatibility_date',
    'compatibility_flags',
    'send_metrics',
    'assets',
    'migrations',
    'triggers',
    'limits',
  ],
  ...['observability', 'env'],
];
/** What is different by design. */
const OWN = ['name', 'database_name', 'database_id', 'bucket_name'];

const config = parse(readFileSync(path.join(PROJECT_DIR, 'wrangler.toml'), 'utf8'));

function withoutOwn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutOwn);
  if (!isObject(value)) return value;
  // The name of a class's binding is what the code knows it by, and no name of a Worker.
  const own = 'class_name' in value ? [] : OWN;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (own.includes(key) ? [] : [[key, withoutOwn(inner)]])),
  );
}

function bindingsOf(section: Record<string, unknown>): unknown {
  const repeated = Object.entries(section).filter(([key]) => !INHERITED.includes(key));
  return withoutOwn(Object.fromEntries(repeated));
}

describe.each(ENVIRONMENTS)('[env.%s] of wrangler.toml', (env) => {
  const section = isObject(config.env) ? config.env[env] : undefined;

  it('has the bindings and variables of the top level, which wrangler hands down to nobody', () => {
    expect(isObject(section) && bindingsOf(section)).toEqual(bindingsOf(config));
  });

  it('names no database by id: what is deployed is found by its name, in whichever account', () => {
    expect(JSON.stringify(section)).not.toContain('database_id');
  });

  it('runs as production does', () => {
    expect(isObject(section) && isObject(section.vars) && section.vars.ENVIRONMENT).toBe('production');
  });
});

it('no two environments share a Worker, a database or a bucket', () => {
  const names = ENVIRONMENTS.map(readTarget).flatMap(({ worker, database, bucket }) => [
    `worker ${worker}`,
    `database ${database}`,
    `bucket ${bucket}`,
  ]);
  expect(new Set(names).size).toBe(3 * ENVIRONMENTS.length);
});
