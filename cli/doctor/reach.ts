import { lookup } from 'node:dns/promises';
import { type Client, VERSION } from '../client.ts';
import { readHealth, readReadiness } from '../commands/health.ts';
import { CliError, EXIT } from '../exit.ts';
import { spanWords } from '../time.ts';
import { type Finding, fail, fine, warn } from './finding.ts';

/** Slower than this feels broken, wherever one is. */
const SLOW_MS = 2_000;
/** More than this behind is a cron that does not run, rather than one that waits for blocks of a day (docs/archive.md). */
const ARCHIVE_LATE_MS = 86_400_000;

/** Whether the deployment can be reached, and is one. */
export async function lookForServer(client: Client): Promise<Finding[]> {
  const host = new URL(client.url).hostname.replace(/^\[|\]$/g, '');
  try {
    const { version, latencyMs } = await readHealth(client);
    const addresses = await lookup(host, { all: true });
    const reached = `answers in ${latencyMs} ms (${addresses.map(({ address }) => address).join(', ')})`;
    return [
      latencyMs > SLOW_MS
        ? warn('reachable', `${reached}, which is slow`, 'Measure the network, a VPN or a proxy in between.')
        : fine('reachable', reached),
      version === VERSION
        ? fine('version', `${version}, as this command`)
        : warn(
            'version',
            `the deployment is ${version}, this command ${VERSION}`,
            'Bring the older one up to the other.',
          ),
    ];
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return [fail('reachable', error.message, error.details.hint ?? 'Check the address.', EXIT.unreachable)];
  }
}

const PART_FIXES: Readonly<Record<string, string>> = {
  database: 'Was it migrated? "wrangler d1 migrations apply DB --remote"; then the status page of Cloudflare.',
  journal: 'Records are not taken. Look into the Worker\'s log for "not_ready", and at the status page of Cloudflare.',
  hub: 'Live tails stand still, records are kept. Look into the Worker\'s log for "not_ready".',
};

/** The stores behind it, as it tries them itself. */
export async function lookAtStores(client: Client): Promise<Finding[]> {
  const { checks, archive } = await readReadiness(client);
  const findings = checks.map(({ name, ok, detail }) =>
    ok ? fine(name, detail) : fail(name, detail, PART_FIXES[name] ?? 'Look into the Worker\'s log for "not_ready".'),
  );
  if (archive && archive.lagMs > ARCHIVE_LATE_MS) {
    const detail = `${spanWords(archive.lagMs)} behind, ${archive.dueBlocks} blocks`;
    findings.push(
      warn('archive', detail, 'Do the cron triggers run? Their job is "archive"; notices name what fails.'),
    );
  }
  return findings;
}
