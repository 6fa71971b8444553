import { parseArgs } from 'node:util';
import { Stop } from '../lib/stop.ts';

export interface Flags {
  port: number;
  stateDir: string;
  adminPassword: string | null;
  demo: boolean;
  clockOffsetMs: number;
  help: boolean;
}

export const HELP = `Starts Breakwater on this machine: dashboard, database, Worker, demo traffic.

  npm start -- [flags]

  --port <n>               port on 127.0.0.1 (8787)
  --state-dir <folder>     where data, secrets and the server's log live (.breakwater)
  --admin-password <text>  password of the user "admin"; resets it when it differs
  --no-demo                no demo project and no generated traffic
  --clock-offset <time>    moves the clock of every decision: 40d, 12h, 30m, 90s, -2h
  --help                   this text
`;

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
/** A hundred years: further away, dates stop fitting the Unix milliseconds in which UUIDv7 keeps them. */
const MAX_OFFSET_MS = 36_525 * UNIT_MS.d;

/** Throws a Stop that names the flag. */
export function parseFlags(argv: readonly string[]): Flags {
  const values = readValues(argv);
  return {
    port: parsePort(values.port),
    stateDir: nonEmpty('--state-dir', values['state-dir'] ?? '.breakwater'),
    adminPassword:
      values['admin-password'] === undefined ? null : nonEmpty('--admin-password', values['admin-password']),
    demo: !values['no-demo'],
    clockOffsetMs: parseOffsetMs(values['clock-offset'] ?? '0s'),
    help: values.help ?? false,
  };
}

/**
 * `npm start --port 9000` without the two dashes in between gives the flag to npm, which hands nothing on but its environment: the start
 * would go to another port than it was told, and say nothing. Throws a Stop that says how it is written.
 */
export function refuseFlagsTakenByNpm(env: Readonly<Record<string, string | undefined>>): void {
  if (env.npm_lifecycle_event !== 'start') return;
  const taken = ['port', 'state-dir', 'admin-password', 'clock-offset', 'demo'].find(
    (name) => env[`npm_config_${name.replace('-', '_')}`] !== undefined,
  );
  if (taken === undefined) return;
  const flag = taken === 'demo' ? '--no-demo' : `--${taken}`;
  throw new Stop(`npm took ${flag} for itself: write "npm start -- ${flag} …", with two dashes before the flags.`);
}

function readValues(argv: readonly string[]) {
  try {
    return parseArgs({
      args: joinNegativeOffset(argv),
      options: {
        port: { type: 'string' },
        'state-dir': { type: 'string' },
        'admin-password': { type: 'string' },
        'no-demo': { type: 'boolean' },
        'clock-offset': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    // Node's message names the flag in its first sentence and goes on with advice for programmers.
    const [sentence = 'The flags cannot be read'] = (error instanceof Error ? error.message : String(error)).split(
      /\.\s|\n/,
    );
    throw new Stop(`${sentence.replace(/\.$/, '')}; "npm start -- --help" lists the flags.`);
  }
}

/** parseArgs takes `-2h` after a flag for another flag, so it must come as `--clock-offset=-2h`. */
function joinNegativeOffset(argv: readonly string[]): string[] {
  const joined: string[] = [];
  for (const arg of argv) {
    if (joined.at(-1) === '--clock-offset' && /^-\d/.test(arg)) joined.splice(-1, 1, `--clock-offset=${arg}`);
    else joined.push(arg);
  }
  return joined;
}

function parsePort(text: string | undefined): number {
  const port = Number(text ?? '8787');
  if (text === '' || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Stop(`--port must be a whole number from 1 to 65535, not "${text}".`);
  }
  return port;
}

function nonEmpty(flag: string, value: string): string {
  if (value === '') throw new Stop(`${flag} must not be empty.`);
  return value;
}

function parseOffsetMs(text: string): number {
  const match = /^([+-]?)(\d+(?:\.\d+)?)([smhd])$/.exec(text);
  const offsetMs = match ? Math.round(Number(match[2]) * UNIT_MS[match[3] as keyof typeof UNIT_MS]) : Number.NaN;
  if (!(offsetMs <= MAX_OFFSET_MS))
    throw new Stop(`--clock-offset must be a time such as 40d, 12h, 30m or -2h, not "${text}".`);
  return match?.[1] === '-' && offsetMs !== 0 ? -offsetMs : offsetMs;
}
