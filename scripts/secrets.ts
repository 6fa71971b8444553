/** `npm run secrets`: rotation of secrets by overlap, on this machine and deployed. Prints kids and never a secret. */
import { randomBytes } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { runMain, Stop } from './lib/stop.ts';
import { deploySecrets } from './secrets/deploy.ts';
import { parseSecretsFlags, refuseSecretsFlagsTakenByNpm, SECRETS_HELP, type SecretsFlags } from './secrets/flags.ts';
import {
  type Change,
  CONSEQUENCES,
  kidsIn,
  listValue,
  needsYes,
  retire,
  rotate,
  SECRET_NAMES,
  type SecretName,
} from './secrets/rotate.ts';
import { ensureSecrets, readIfThere, writePrivate } from './start/state-folder.ts';

await runMain(async () => {
  refuseSecretsFlagsTakenByNpm(process.env);
  const flags = parseSecretsFlags(process.argv.slice(2));
  const { command } = flags;
  const file = fileOf(flags);
  switch (command.kind) {
    case 'help':
      process.stdout.write(SECRETS_HELP);
      return;
    case 'init': {
      const { created } = ensureSecrets(file);
      console.log(`${file} ${created ? 'was made' : 'has every secret'}.`);
      if (flags.deploy) await deploy(file, flags.env, SECRET_NAMES);
      return;
    }
    case 'list':
      for (const name of SECRET_NAMES)
        console.log(`${name.padEnd(16)}${kidsIn(textOf(file), name)?.join(', ') ?? '-'}`);
      return;
    case 'rotate': {
      const change = rotate(textOf(file), command.name, randomBytes(32).toString('base64url'));
      await apply(flags, file, command.name, change);
      return;
    }
    case 'retire': {
      const change = retire(textOf(file), command.name, command.kid);
      if (change.ok && needsYes(command.name) && !flags.yes) {
        throw new Stop(`${CONSEQUENCES[command.name]} Repeat with --yes to retire ${command.kid}.`);
      }
      await apply(flags, file, command.name, change);
      console.log(CONSEQUENCES[command.name]);
      return;
    }
    case 'deploy':
      await deploy(file, flags.env, [command.name]);
      return;
  }
});

async function apply({ at, deploy: isDeployed, env }: SecretsFlags, file: string, name: SecretName, change: Change) {
  if (!change.ok) throw new Stop(change.reason);
  writePrivate(file, change.text.trim());
  const when = 'stateDir' in at ? ' The next start takes it up.' : '';
  console.log(`${name} is now ${change.kids.join(', ')}.${when}`);
  if (isDeployed) await deploy(file, env, [name]);
}

async function deploy(file: string, env: string | null, names: readonly SecretName[]): Promise<void> {
  const text = textOf(file);
  const values: Record<string, string> = {};
  for (const name of names) {
    const value = listValue(text, name);
    if (value === null) throw new Stop(`${file} has no ${name} that the Worker would start with.`);
    values[name] = value;
  }
  await deploySecrets(values, env);
}

/** The file itself where a link names it: a new file in the link's place would leave the old secrets where others read them. */
function fileOf({ at }: SecretsFlags): string {
  const file = path.resolve('file' in at ? at.file : path.join(at.stateDir, 'secrets'));
  return existsSync(file) ? realpathSync(file) : file;
}

function textOf(file: string): string {
  const text = readIfThere(file);
  if (text === null) throw new Stop(`There is no ${file}: "npm run secrets -- init" makes one.`);
  return text;
}
