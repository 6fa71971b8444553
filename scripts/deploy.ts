/** `npm run deploy`: the whole way from a clone to a deployment that answers. Each step finds what an earlier run has done. */
import packageJson from '../package.json' with { type: 'json' };
import { DEPLOY_HELP, type DeployFlags, parseDeployFlags, refuseDeployFlagsTakenByNpm } from './deploy/flags.ts';
import { checkPages, deployPages } from './deploy/pages.ts';
import { placementOf, placementWords } from './deploy/placement.ts';
import { ensureDeployedSecrets } from './deploy/secrets.ts';
import { smokeTest } from './deploy/smoke.ts';
import { checkDatabase, ensureBucket, ensureDatabase } from './deploy/stores.ts';
import { readTarget, type Target } from './deploy/target.ts';
import { rehearseUpload, upload } from './deploy/upload.ts';
import { wranglerOrStop } from './deploy/wrangler.ts';
import { runMain } from './lib/stop.ts';
import { buildDashboard } from './start/dashboard.ts';
import { buildSdk } from './start/sdk.ts';

await runMain(async () => {
  refuseDeployFlagsTakenByNpm(process.env);
  const flags = parseDeployFlags(process.argv.slice(2));
  if (flags.help) {
    process.stdout.write(DEPLOY_HELP);
    return;
  }
  const target = readTarget(flags.env);
  if (flags.pages !== null) checkPages(target);
  say('target', `${target.env}: Worker ${target.worker}, database ${target.database}, bucket ${target.bucket}`);
  await (flags.dryRun ? rehearse(target) : deploy(flags, target));
});

async function rehearse(target: Target): Promise<void> {
  await build();
  say('bundle', await rehearseUpload(target));
  say('dry run', 'nothing was asked or changed at Cloudflare');
}

async function deploy(flags: DeployFlags, target: Target): Promise<void> {
  const placement = placementOf(flags.location, target.jurisdiction);
  say('database', placementWords(await ensureDatabase(target.database, placement), placement));
  say('bucket', placementWords(await ensureBucket(target.bucket, placement), placement));
  await build();
  const secrets = await ensureDeployedSecrets(target, flags.secretsFile);
  say('secrets', secrets === 'there' ? secrets : `given, and kept in ${flags.secretsFile}: back it up like a password`);
  await checkDatabase(target);
  // Before the code that needs them. The code that runs meanwhile does not mind: migrations only add (docs/deploy.md).
  await wranglerOrStop('Migrating', ['d1', 'migrations', 'apply', 'DB', '--remote', '--env', target.env]);
  say('migrations', 'applied');
  const uploaded = await upload(target, packageJson.version, flags.domain);
  say('deployed', `version ${uploaded.versionId}, ${uploaded.size}`);
  const url = flags.url ?? (flags.domain === null ? uploaded.urls[0] : `https://${flags.domain}`);
  if (url === undefined) {
    say('address', 'none: wrangler says no name that the Worker answers at; --url names one to try');
    return;
  }
  await smokeTest(url, { version: packageJson.version, deploymentId: uploaded.versionId });
  say('smoke test', `${packageJson.version} answers and reaches its stores`);
  if (flags.pages !== null) say('pages', await deployPages(flags.pages, flags.env));
  if (secrets === 'first') printFirstSteps(url, flags);
  say('address', url);
}

async function build(): Promise<void> {
  say('dashboard', await buildDashboard());
  say('sdk', await buildSdk());
}

/** Neither the token nor the password becomes an argument, which every process of the machine can read, or a line of the shell's history. */
function printFirstSteps(url: string, { secretsFile, env }: DeployFlags): void {
  console.log(
    `\nMake the first administrator (in bash or zsh; type {"password": "a long new password"}, Enter and Ctrl-D), then take the token away:
  curl ${url}/api/auth/setup -H 'Content-Type: application/json' -d @- \\
    -H @<(sed -n 's/^SETUP_TOKEN=/Authorization: Bearer /p' '${secretsFile}')
  npx wrangler secret delete SETUP_TOKEN --env ${env}\n`,
  );
}

function say(what: string, text: string): void {
  console.log(`${what.padEnd(11)}${text}`);
}
