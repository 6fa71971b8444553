import { parseArgs } from 'node:util';
import { parseSpanMs } from '../../cli/time.ts';
import { Stop } from '../lib/stop.ts';

export interface LoadFlags {
  /** Null: a server of its own, in a temporary folder. */
  url: string | null;
  profile: string | null;
  /** A deployment that is not on this machine may be loaded. */
  yesDeployed: boolean;
  durationMs: number;
  /** The same load before that, in which caches fill. Counted with the rest; the memory is judged behind it. */
  warmUpMs: number;
  /** Records a second; null is as fast as they are answered, of `soak` half of that. */
  rate: number | null;
  clients: number;
  batchRecords: number;
  /** Searches a second, beside the sending. */
  queriesPerSecond: number;
  /** Sockets that follow all that is sent. */
  sockets: number;
  /** Leader of the process group whose memory is watched; null is that of its own server. */
  pid: number | null;
  json: boolean;
  help: boolean;
}

export type LoadCommand = 'load' | 'soak';

const TEXT = { type: 'string' } as const;
const SWITCH = { type: 'boolean' } as const;
const OPTIONS = {
  ...{ url: TEXT, profile: TEXT, 'yes-deployed': SWITCH, duration: TEXT, 'warm-up': TEXT, rate: TEXT, clients: TEXT },
  ...{ batch: TEXT, queries: TEXT, sockets: TEXT, pid: TEXT, json: SWITCH, help: { ...SWITCH, short: 'h' } },
} as const;

const DEFAULTS: Readonly<Record<LoadCommand, { duration: string; warmUp: string; queries: string; sockets: string }>> =
  {
    load: { duration: '30s', warmUp: '0s', queries: '0', sockets: '0' },
    soak: { duration: '10m', warmUp: '10m', queries: '1', sockets: '2' },
  };

export function loadHelp(command: LoadCommand): string {
  const { duration, warmUp, queries, sockets } = DEFAULTS[command];
  const first =
    command === 'load'
      ? 'Sends, searches and follows at a given rate, and holds what came against the ledger.'
      : 'The same for long at half of the most that is possible, and looks whether the memory of the server stays flat.';
  return `${first} docs/load.md says what the figures mean.

  npm run ${command} -- [flags]

  --url <url>          this deployment, with BREAKWATER_KEY or the profile's key (scopes ingest and query)
  --profile <name>     a deployment that "breakwater login" stored
                       without either: a server of its own, in a temporary folder
  --yes-deployed       what these name is not on this machine, and is meant: a load stays in it, and is paid for
  --duration <span>    how long: 30s, 10m (${duration})
  --warm-up <span>     the same load before that, behind which the memory is judged (${warmUp})
  --rate <n>           records a second (${command === 'load' ? 'as fast as they are answered' : 'half of what 15 s at full speed reach'})
  --clients <n>        connections that send (8)
  --batch <n>          records in a request (500)
  --queries <n>        searches a second (${queries})
  --sockets <n>        live sockets that follow all of it (${sockets})
  --pid <n>            the process group of a local server, whose memory is watched
  --json               the figures as JSON
  --help               this text

The code is 0 where every record is accounted for${command === 'soak' ? ', the rate was held and the memory is flat' : ''}; 1 where not; 2 for a wrong command line${command === 'soak' ? '; 6\nwhere the memory could not be judged: the run is too short, or the server is elsewhere' : ''}.
`;
}

/** Throws a Stop that names the flag. */
export function parseLoadFlags(command: LoadCommand, argv: readonly string[]): LoadFlags {
  const values = read(command, argv);
  const defaults = DEFAULTS[command];
  const number = (name: keyof typeof values, least: number, most: number, text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value) || value < least || value > most)
      throw new Stop(`--${name} must be a number from ${least} to ${most}, not "${text}".`);
    return value;
  };
  const duration = values.duration ?? defaults.duration;
  const durationMs = parseSpanMs(duration);
  if (durationMs === null || durationMs < 1_000)
    throw new Stop(`--duration must be a span of at least a second, such as 30s or 10m, not "${duration}".`);
  const warmUp = values['warm-up'] ?? defaults.warmUp;
  const warmUpMs = parseSpanMs(warmUp);
  if (warmUpMs === null) throw new Stop(`--warm-up must be a span such as 0s, 90s or 10m, not "${warmUp}".`);
  const flags = {
    ...{ url: values.url ?? null, profile: values.profile ?? null, durationMs, warmUpMs },
    yesDeployed: values['yes-deployed'] ?? false,
    rate: values.rate === undefined ? null : number('rate', 1, 10_000_000, values.rate),
    clients: Math.floor(number('clients', 1, 1_000, values.clients ?? '8')),
    batchRecords: Math.floor(number('batch', 1, 50_000, values.batch ?? '500')),
    queriesPerSecond: number('queries', 0, 1_000, values.queries ?? defaults.queries),
    sockets: Math.floor(number('sockets', 0, 1_000, values.sockets ?? defaults.sockets)),
    pid: values.pid === undefined ? null : Math.floor(number('pid', 2, 2 ** 31, values.pid)),
    ...{ json: values.json ?? false, help: values.help ?? false },
  };
  if (flags.pid !== null && flags.url === null && flags.profile === null)
    throw new Stop('--pid goes with --url: the memory of a server of its own is watched anyway.');
  return flags;
}

/** `npm run load --rate 100` gives the flag to npm, which keeps it to itself: the load would be another, without a word. */
export function refuseLoadFlagsTakenByNpm(
  command: LoadCommand,
  env: Readonly<Record<string, string | undefined>>,
): void {
  if (env.npm_lifecycle_event !== command) return;
  // The other two are words of npm, which are there whoever asked for them.
  const names = Object.keys(OPTIONS).filter((name) => name !== 'json' && name !== 'help');
  const taken = names.find((name) => env[`npm_config_${name.replaceAll('-', '_')}`] !== undefined);
  if (taken === undefined) return;
  throw new Stop(
    `npm took --${taken} for itself: write "npm run ${command} -- --${taken} …", with two dashes before the flags.`,
  );
}

function read(command: LoadCommand, argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS }).values;
  } catch (error) {
    const [sentence = 'The flags cannot be read'] = (error instanceof Error ? error.message : String(error)).split(
      /\.\s|\n/,
    );
    throw new Stop(`${sentence.replace(/\.$/, '')}; "npm run ${command} -- --help" lists the flags.`);
  }
}
