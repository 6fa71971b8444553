import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Stop } from '../lib/stop.ts';
import { LOCATIONS } from './placement.ts';

export interface DeployFlags {
  /** Of wrangler.toml, which may lack it. */
  env: string;
  /** Builds and bundles, and asks and changes nothing at Cloudflare. */
  dryRun: boolean;
  /** Where the secrets of the environment are kept: Cloudflare never shows one again. */
  secretsFile: string;
  /** Host name of the account that the Worker is to answer at; null is its name under workers.dev. */
  domain: string | null;
  /** Where the smoke test asks; null is where wrangler says that the Worker answers. */
  url: string | null;
  /** Hint of where a database and a bucket that are made should lie; null is near whoever runs this. */
  location: string | null;
  /** Pages project that the dashboard is deployed to as well. */
  pages: string | null;
  help: boolean;
}

export const DEPLOY_HELP = `Deploys Breakwater to your Cloudflare account; docs/deploy.md has the whole of it.

  npm run deploy -- [flags]

  --env <name>       production (the default), staging, or another of wrangler.toml
  --dry-run          builds and bundles; asks and changes nothing at Cloudflare
  --domain <host>    answers at this host name of a zone of the account, in place of workers.dev; name it every time
  --secrets <file>   where this environment's secrets are kept (~/.config/breakwater/<env>.env)
  --url <url>        where the smoke test asks, when it is none of these names
  --location <hint>  where a database and a bucket that are missing are made: ${LOCATIONS.join(', ')}
  --pages <project>  deploys the dashboard to this Pages project too
  --help             this text

Makes what is missing (database, bucket, secrets), migrates, deploys, tries the deployment and prints its address. Every step may be repeated:
after a failure run the same command again.
`;

/** Throws a Stop that names the flag. */
export function parseDeployFlags(argv: readonly string[], home: string = os.homedir()): DeployFlags {
  const values = read(argv);
  const { env = 'production' } = values;
  // It becomes a part of the name of the secrets file.
  if (!/^[\w-]+$/.test(env)) throw new Stop('--env must be a name of wrangler.toml.');
  const { domain = null, url = null, pages = null, location = null } = values;
  if (values.secrets === '') throw new Stop('--secrets must not be empty.');
  if (domain !== null && !isHost(domain)) throw new Stop('--domain must be a host name such as ops.example.com.');
  if (url !== null && !(URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)))
    throw new Stop('--url must be a URL.');
  if (location !== null && !LOCATIONS.some((known) => known === location))
    throw new Stop(`--location must be one of ${LOCATIONS.join(', ')}.`);
  // developers.cloudflare.com/pages: the name becomes a host name.
  if (pages !== null && !/^[a-z0-9][a-z0-9-]{0,57}$/.test(pages))
    throw new Stop('--pages must be the name of a project: a-z, 0-9, -.');
  return {
    env,
    dryRun: values['dry-run'] ?? false,
    secretsFile: path.resolve(values.secrets ?? path.join(home, '.config/breakwater', `${env}.env`)),
    domain,
    location,
    url: url === null ? null : new URL(url).origin,
    pages,
    help: values.help ?? false,
  };
}

/** `npm run deploy --env staging` gives the flag to npm, which keeps it to itself: production would be deployed without a word. */
export function refuseDeployFlagsTakenByNpm(env: Readonly<Record<string, string | undefined>>): void {
  if (env.npm_lifecycle_event !== 'deploy') return;
  const taken = ['env', 'dry-run', 'domain', 'secrets', 'url', 'location', 'pages'].find(
    (name) => env[`npm_config_${name.replace('-', '_')}`] !== undefined,
  );
  if (taken === undefined) return;
  throw new Stop(
    `npm took --${taken} for itself: write "npm run deploy -- --${taken} …", with two dashes before the flags.`,
  );
}

function isHost(text: string): boolean {
  return URL.canParse(`https://${text}/`) && new URL(`https://${text}/`).host === text;
}

function read(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        env: { type: 'string' },
        'dry-run': { type: 'boolean' },
        domain: { type: 'string' },
        secrets: { type: 'string' },
        url: { type: 'string' },
        location: { type: 'string' },
        pages: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    const [sentence = 'The flags cannot be read'] = (error instanceof Error ? error.message : String(error)).split(
      /\.\s|\n/,
    );
    throw new Stop(`${sentence.replace(/\.$/, '')}; "npm run deploy -- --help" lists the flags.`);
  }
}
