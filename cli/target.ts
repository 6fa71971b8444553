import { DEFAULT_PROFILE, type Profile, readConfig } from './config.ts';
import type { Environment } from './environment.ts';
import { CliError, EXIT, usageError } from './exit.ts';

/** Whom a command talks to. */
export interface Target {
  url: string;
  /** Null where none is known: some of what a deployment says is for everybody. */
  key: string | null;
  /** For people: where the two come from. */
  source: string;
}

/**
 * The address: `--url`, BREAKWATER_URL, or the profile's. The key: BREAKWATER_KEY, or the profile's, which never goes to an address that it was not
 * stored with: whoever could set BREAKWATER_URL would have it. Throws a CliError where there is no address.
 */
export function findTarget(environment: Environment, flags: { url: string | null; profile: string | null }): Target {
  const { variables } = environment;
  const url = flags.url ?? (variables.BREAKWATER_URL || null);
  const key = variables.BREAKWATER_KEY || null;
  if (url !== null && key !== null) return { url: originOf(url, environment), key, source: 'the environment' };
  const config = readConfig(environment);
  const name = flags.profile ?? (variables.BREAKWATER_PROFILE || config.current);
  const profile = config.profiles[name] ?? null;
  if (profile === null && (url === null || flags.profile !== null)) throw unknownProfile(name, config.profiles);
  const address = originOf(url ?? profile?.url ?? '', environment);
  const stored = profile !== null && address === originOf(profile.url, environment) ? profile.key : null;
  return { url: address, key: key ?? stored, source: url === null ? `the profile "${name}"` : 'the command line' };
}

function unknownProfile(name: string, profiles: Readonly<Record<string, Profile>>): CliError {
  const names = Object.keys(profiles);
  if (names.length === 0 && name === DEFAULT_PROFILE) {
    const hint = 'Run "breakwater login <url>", or set BREAKWATER_URL and BREAKWATER_KEY.';
    return new CliError(EXIT.notAllowed, 'You are not logged in anywhere.', { hint });
  }
  const known = names.length > 0 ? `There are: ${names.join(', ')}.` : 'There are none.';
  return usageError(`There is no profile "${name}".`, `${known} "breakwater login <url> --profile ${name}" makes one.`);
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

export function isThisMachine(url: string): boolean {
  return LOOPBACK.test(new URL(url).hostname);
}

/** The origin of what a person typed: without a scheme https, to this machine http. Throws a CliError for what is no address. */
export function originOf(text: string, { variables }: Environment): string {
  const scheme = /^[a-z][a-z+.-]*:\/\//i.test(text)
    ? ''
    : /^(localhost|127\.|\[::1\])/.test(text)
      ? 'http://'
      : 'https://';
  const url = URL.canParse(scheme + text) ? new URL(scheme + text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) throw usageError(`"${text}" is no address of a deployment.`);
  if (url.username !== '' || url.password !== '')
    throw usageError('The address must not hold a user or a password.', 'A key comes by "breakwater login".');
  const clear = url.protocol === 'http:' && !isThisMachine(url.origin);
  if (clear && variables.BREAKWATER_ALLOW_HTTP !== '1') {
    const hint = 'Use https, or set BREAKWATER_ALLOW_HTTP=1 in a network that you trust.';
    throw usageError(`${url.origin} is plain HTTP: everybody on the way would read the key.`, hint);
  }
  return url.origin;
}
