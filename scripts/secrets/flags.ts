import { parseArgs } from 'node:util';
import { Stop } from '../lib/stop.ts';
import { SECRET_NAMES, type SecretName } from './rotate.ts';

export type Command =
  | { kind: 'help' }
  | { kind: 'init' }
  | { kind: 'list' }
  | { kind: 'rotate'; name: SecretName }
  | { kind: 'retire'; name: SecretName; kid: string }
  | { kind: 'deploy'; name: SecretName };

export interface SecretsFlags {
  command: Command;
  /** Where the secrets are: those of a state folder, or an environment file. */
  at: { stateDir: string } | { file: string };
  /** Also give the changed value to the deployed Worker. */
  deploy: boolean;
  /** Environment of wrangler.toml to deploy to; null is the top level. */
  env: string | null;
  yes: boolean;
}

export const SECRETS_HELP = `Rotates the secrets of a Worker by overlap; docs/operations.md says when.

  npm run secrets -- <command> [flags]

  list                     the kids of each list, the signing one first
  rotate <NAME>            puts a new secret first and keeps the old ones
  retire <NAME> <kid>      takes an old secret off the list; says what ends with it
  deploy <NAME>            gives the value in the file to the deployed Worker, as --deploy does
  init                     makes the secrets that the file lacks

  NAME is SESSION_SECRETS, API_KEY_SECRETS or DATA_SECRETS.

  --state-dir <folder>     the secrets of npm start (.breakwater); taken up by its next start
  --file <path>            any environment file
  --deploy                 pipes the changed value to "wrangler secret bulk"
  --env <name>             of wrangler.toml, for --deploy
  --yes                    for what cannot be undone
  --help                   this text
`;

/** Throws a Stop that says what is wrong with the command line. */
export function parseSecretsFlags(argv: readonly string[]): SecretsFlags {
  const { values, positionals } = read(argv);
  if (values['state-dir'] !== undefined && values.file !== undefined)
    throw new Stop('Name one of --state-dir and --file.');
  if (values['state-dir'] === '' || values.file === '') throw new Stop('--state-dir and --file must not be empty.');
  const deploy = values.deploy ?? false;
  if (values.env !== undefined && !/^[\w-]+$/.test(values.env))
    throw new Stop('--env must be a name of wrangler.toml.');
  const command: Command = values.help || positionals.length === 0 ? { kind: 'help' } : commandOf(positionals);
  if (values.env !== undefined && !deploy && command.kind !== 'deploy') throw new Stop('--env goes with --deploy.');
  if (deploy && command.kind === 'list') throw new Stop('list changes nothing, so there is nothing to deploy.');
  return {
    command,
    at: values.file === undefined ? { stateDir: values['state-dir'] ?? '.breakwater' } : { file: values.file },
    deploy,
    env: values.env ?? null,
    yes: values.yes ?? false,
  };
}

/** `npm run secrets rotate X --deploy` gives the flag to npm, which keeps it to itself: the value would stay here without a word. */
export function refuseSecretsFlagsTakenByNpm(env: Readonly<Record<string, string | undefined>>): void {
  if (env.npm_lifecycle_event !== 'secrets') return;
  const taken = ['state-dir', 'file', 'deploy'].find(
    (name) => env[`npm_config_${name.replace('-', '_')}`] !== undefined,
  );
  if (taken === undefined) return;
  throw new Stop(`npm took --${taken} for itself: write "npm run secrets -- …", with two dashes before the command.`);
}

function commandOf([kind, name, kid, ...more]: readonly string[]): Command {
  const wanted = { init: 1, list: 1, rotate: 2, deploy: 2, retire: 3 }[kind ?? ''];
  if (wanted === undefined) throw new Stop(`"${kind}" is no command; "npm run secrets -- --help" lists them.`);
  const given = [kind, name, kid].filter((part) => part !== undefined).length + more.length;
  if (given !== wanted) throw new Stop(`${kind} takes ${['nothing', 'a NAME', 'a NAME and a kid'][wanted - 1]}.`);
  if (kind === 'init' || kind === 'list') return { kind };
  const known = SECRET_NAMES.find((one) => one === name);
  if (known === undefined) throw new Stop(`"${name}" is none of ${SECRET_NAMES.join(', ')}.`);
  if (kind === 'retire') return { kind, name: known, kid: kid ?? '' };
  return { kind: kind === 'deploy' ? 'deploy' : 'rotate', name: known };
}

function read(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        'state-dir': { type: 'string' },
        file: { type: 'string' },
        deploy: { type: 'boolean' },
        env: { type: 'string' },
        yes: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    const [sentence = 'The flags cannot be read'] = (error instanceof Error ? error.message : String(error)).split(
      /\.\s|\n/,
    );
    throw new Stop(`${sentence.replace(/\.$/, '')}; "npm run secrets -- --help" lists the flags.`);
  }
}
