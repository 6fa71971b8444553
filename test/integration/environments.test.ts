import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { checkPages } from '../../scripts/deploy/pages.ts';
import { environmentNames, readTarget } from '../../scripts/deploy/target.ts';
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
const OWN = ['name', 'database_name', 'database_id', 'bucket_name', 'jurisdiction'];

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

describe.each(environmentNames())('[env.%s] of wrangler.toml', (env) => {
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

it('production and staging are there, and no two environments share a Worker, a database or a bucket', () => {
  const targets = environmentNames().map((env) => readTarget(env));
  expect(targets.map(({ env }) => env)).toEqual(expect.arrayContaining(['production', 'staging']));
});

describe('an environment that somebody adds', () => {
  const section = (env: string, worker: string, database: string, bucket: string) =>
    `[env.${env}]
name = "${worker}"
[[env.${env}.d1_databases]]
binding = "DB"
database_name = "${database}"
[[env.${env}.r2_buckets]]
binding = "STORE"
bucket_name = "${bucket}"
`;
  const production = section('production', 'bw', 'bw', 'bw');

  it('is deployed by its name', () => {
    const toml = production + section('second', 'bw-2', 'bw-2', 'bw-2');
    expect(readTarget('second', toml)).toEqual({
      env: 'second',
      worker: 'bw-2',
      database: 'bw-2',
      bucket: 'bw-2',
      jurisdiction: null,
    });
    expect(() => readTarget('third', toml)).toThrow('no [env.third]: --env must be production or second.');
    expect(() => readTarget('constructor', toml)).toThrow('no [env.constructor]');
  });

  it('has one jurisdiction for all that it keeps, or none', () => {
    const both = production.replaceAll(/^(database_name|bucket_name).*$/gm, '$&\njurisdiction = "eu"');
    expect(readTarget('production', both).jurisdiction).toBe('eu');
    const one = production.replace(/^bucket_name.*$/m, '$&\njurisdiction = "eu"');
    expect(() => readTarget('production', one)).toThrow('one jurisdiction for DB and another for STORE');
    expect(() => readTarget('production', both.replaceAll('"eu"', '7'))).toThrow('no jurisdiction that is a name');
  });

  it.each([
    ['worker', section('second', 'bw', 'bw-2', 'bw-2')],
    ['database', section('second', 'bw-2', 'bw', 'bw-2')],
    ['bucket', section('second', 'bw-2', 'bw-2', 'bw')],
  ])('is not deployed with the %s of another', (what, second) => {
    const sentence = `[env.second] and [env.production] of wrangler.toml name one ${what}, bw`;
    expect(() => readTarget('second', production + second)).toThrow(sentence);
  });
});

describe('the dashboard on Pages', () => {
  it('is deployed to no project whose functions lead to the Worker of another environment', () => {
    for (const env of ['production', 'staging']) expect(() => checkPages(readTarget(env))).not.toThrow();
    const second = { env: 'second', worker: 'bw-2', database: 'bw-2', bucket: 'bw-2', jurisdiction: null };
    expect(() => checkPages(second)).toThrow('--pages would show breakwater-staging in place of bw-2');
    expect(() => checkPages({ ...second, env: 'production' })).toThrow('show breakwater in place of bw-2');
    expect(() => checkPages(second, '')).toThrow('show no Worker in place of bw-2');
  });
});
