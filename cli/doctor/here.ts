import type { Client } from '../client.ts';
import { configFile, isReadByOthers } from '../config.ts';
import type { Environment } from '../environment.ts';
import { type Finding, fine, warn } from './finding.ts';

/** This machine: what the command goes by, and who may read it. */
export function lookHere(environment: Environment, client: Client): Finding[] {
  const { variables } = environment;
  const set = ['BREAKWATER_URL', 'BREAKWATER_KEY', 'BREAKWATER_PROFILE'].filter((name) => variables[name]);
  const findings = [
    fine(
      'configuration',
      `${client.url}, from ${client.source}${set.length > 0 ? ` (set here: ${set.join(', ')})` : ''}`,
    ),
  ];
  if (isReadByOthers(environment)) {
    const file = configFile(environment);
    findings.push(warn('configuration', `others on this machine may read the keys in ${file}`, `chmod 600 ${file}`));
  }
  if (
    client.url.startsWith('http://') &&
    variables.BREAKWATER_ALLOW_HTTP === '1' &&
    !/localhost|127\.|\[::1\]/.test(client.url)
  )
    findings.push(warn('transport', 'plain HTTP: everybody on the way can read the key', 'Use https.'));
  const proxy = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].find((name) => variables[name]);
  if (proxy !== undefined && !variables.NODE_USE_ENV_PROXY)
    findings.push(
      warn(
        'proxy',
        `${proxy} is set, and Node passes it over`,
        'If the way out is by that proxy, set NODE_USE_ENV_PROXY=1.',
      ),
    );
  return findings;
}
