import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Environment } from './environment.ts';
import { CliError, EXIT, usageError } from './exit.ts';

/** A deployment that was logged in to: its origin, and a key of one project. */
export interface Profile {
  url: string;
  key: string;
}

export interface Config {
  current: string;
  profiles: Record<string, Profile>;
}

export const DEFAULT_PROFILE = 'default';

/** `BREAKWATER_CONFIG_DIR`, else where the system keeps such files (XDG; APPDATA on Windows). */
export function configFile({ variables, homeDir, platform }: Environment): string {
  const own = variables.BREAKWATER_CONFIG_DIR;
  if (own) return path.join(own, 'config.json');
  const appData = platform === 'win32' ? variables.APPDATA : undefined;
  const base = variables.XDG_CONFIG_HOME || appData || path.join(homeDir, '.config');
  return path.join(base, 'breakwater', 'config.json');
}

/** What a program notes between two runs, which may be lost: `BREAKWATER_CONFIG_DIR`, else XDG_STATE_HOME. */
export function stateDir({ variables, homeDir }: Environment): string {
  const own = variables.BREAKWATER_CONFIG_DIR;
  if (own) return path.join(own, 'state');
  return path.join(variables.XDG_STATE_HOME || path.join(homeDir, '.local', 'state'), 'breakwater');
}

/** Throws a CliError where the file cannot be read or is none of ours; an empty configuration where there is none. */
export function readConfig(environment: Environment): Config {
  const file = configFile(environment);
  const text = readIfThere(file);
  if (text === null) return { current: DEFAULT_PROFILE, profiles: {} };
  try {
    const { current, profiles } = JSON.parse(text) as Config;
    const whole = Object.values(profiles).every(({ url, key }) => typeof url === 'string' && typeof key === 'string');
    if (typeof current === 'string' && whole) return { current, profiles };
  } catch {
    // Not JSON, or another shape: the same for whoever has to put it right.
  }
  throw usageError(`${file} is damaged.`, 'Remove it and log in again with "breakwater login <url>".');
}

/** Readable by its owner alone, because it holds keys; a crash leaves the old content or the new. */
export function writeConfig(environment: Environment, config: Config): string {
  const file = configFile(environment);
  writeOwnersFile(file, `${JSON.stringify(config, null, 2)}\n`);
  return file;
}

/** What a file is written as before it takes its name. */
export function draftOf(file: string): string {
  return `${file}.${process.pid}`;
}

export function writeOwnersFile(file: string, text: string): void {
  const draft = draftOf(file);
  try {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(draft, text, { mode: 0o600 });
    renameSync(draft, file);
  } catch (error) {
    throw new CliError(EXIT.failed, `Cannot write ${file}: ${error instanceof Error ? error.message : error}.`);
  }
}

/** Null where there is no such file. Throws a CliError where it cannot be read. */
export function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new CliError(EXIT.failed, `Cannot read ${file}: ${error instanceof Error ? error.message : error}.`);
  }
}

/** Whether others on this machine may read the keys; false where there is no file, and on Windows, whose rights are others. */
export function isReadByOthers(environment: Environment): boolean {
  if (environment.platform === 'win32' || readIfThere(configFile(environment)) === null) return false;
  return (statSync(configFile(environment)).mode & 0o077) !== 0;
}
