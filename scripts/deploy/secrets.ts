import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { reasonOf, Stop } from '../lib/stop.ts';
import { deploySecrets } from '../secrets/deploy.ts';
import { listValue, SECRET_NAMES, type SecretName } from '../secrets/rotate.ts';
import { isObject } from '../start/api.ts';
import { ensureSecrets } from '../start/state-folder.ts';
import type { Target } from './target.ts';
import { failed, wrangler } from './wrangler.ts';

/** What to do about secrets: nothing, the first gift with the token of the first administrator, or lists of a newer version. */
export type SecretsPlan =
  | { kind: 'all_there' }
  | { kind: 'first' }
  | { kind: 'lacking'; names: readonly SecretName[] }
  | { kind: 'file_elsewhere'; lacking: readonly SecretName[] }
  | { kind: 'foreign' };

/**
 * `deployed` is null where there is no Worker. One that is there without any list is the draft that an earlier run of here made for them, whose file is
 * then here, or another program that happens to have the name, which would be replaced. One that has some must get the others from the file that the first came from: a file made now would have lists
 * that are not those in use, and the next rotation would end what they signed.
 */
export function planSecrets(deployed: readonly string[] | null, hasFile: boolean): SecretsPlan {
  if (deployed === null) return { kind: 'first' };
  const lacking = SECRET_NAMES.filter((name) => !deployed.includes(name));
  if (lacking.length === 0) return { kind: 'all_there' };
  if (lacking.length === SECRET_NAMES.length)
    return hasFile && deployed.length === 0 ? { kind: 'first' } : { kind: 'foreign' };
  return hasFile ? { kind: 'lacking', names: lacking } : { kind: 'file_elsewhere', lacking };
}

/** Gives the Worker the secrets that it lacks. They are in the file before they leave this machine. */
export async function ensureDeployedSecrets(target: Target, file: string): Promise<'first' | 'given' | 'there'> {
  const plan = planSecrets(await deployedNames(target), existsSync(file));
  switch (plan.kind) {
    case 'all_there':
      return 'there';
    case 'foreign':
      throw new Stop(
        `The Worker ${target.worker} is there and not Breakwater's: it has none of its secrets, and there is no ${file} that a first run would have left. Nothing of it was changed. Give another name in [env.${target.env}] of wrangler.toml, or delete that Worker.`,
      );
    case 'file_elsewhere':
      throw new Stop(
        `${target.worker} has secrets, lacks ${plan.lacking.join(' and ')}, and ${file} is not here: bring the file that its secrets were deployed from.`,
      );
    case 'first': {
      makeFolder(path.dirname(file));
      // SETUP_TOKEN goes along this once: who removed it after use does not get it back with the next deployment.
      const { setupToken } = ensureSecrets(file);
      await give(target, file, { ...valuesOf(file, SECRET_NAMES), SETUP_TOKEN: setupToken });
      return 'first';
    }
    case 'lacking':
      ensureSecrets(file);
      await give(target, file, valuesOf(file, plan.names));
      return 'given';
  }
}

/** Null where there is no such Worker. */
async function deployedNames({ env, worker }: Target): Promise<string[] | null> {
  const listed = await wrangler(['secret', 'list', '--format', 'json', '--env', env]);
  if (listed.code !== 0) {
    if (/Worker "[\w-]+"(?: \(env: \w+\))? not found/.test(listed.output)) return null;
    throw failed(`Listing the secrets of ${worker}`, listed);
  }
  const secrets: unknown = JSON.parse(listed.stdout);
  return (Array.isArray(secrets) ? secrets : []).flatMap((secret) => (isObject(secret) ? String(secret.name) : []));
}

async function give({ env }: Target, file: string, values: Readonly<Record<string, string>>): Promise<void> {
  try {
    await deploySecrets(values, env);
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    throw new Stop(`The secrets in ${file} may not have reached Cloudflare: run the command again.`);
  }
}

function valuesOf(file: string, names: readonly SecretName[]): Record<string, string> {
  const text = readFileSync(file, 'utf8');
  return Object.fromEntries(
    names.map((name) => {
      const value = listValue(text, name);
      if (value === null) throw new Stop(`${file} has no ${name} that the Worker would start with.`);
      return [name, value];
    }),
  );
}

function makeFolder(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new Stop(`Cannot make ${dir}: ${reasonOf(error)}.`);
  }
}
