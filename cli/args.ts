import { parseArgs } from 'node:util';
import type { Command, Option } from './command.ts';
import { usageError } from './exit.ts';
import { nearest } from './nearest.ts';
import { SEARCH } from './search-options.ts';
import { parseMoment, parseSpanMs } from './time.ts';

/** Taken by every command. */
export const COMMON_OPTIONS: Readonly<Record<string, Option>> = {
  profile: { value: '<name>', help: 'the stored deployment to talk to, instead of the current one' },
  url: { value: '<url>', help: 'another deployment; its key comes from BREAKWATER_KEY' },
  json: { help: 'JSON on the standard output, for programs' },
  'no-color': { help: 'no colours, as NO_COLOR does' },
  help: { short: 'h', help: 'this text' },
};

/** The command's words, and what follows them. */
export interface Found {
  command: Command;
  rest: string[];
}

/** Flags before or between the words of a command are taken too, but for values: `breakwater --json keys list`. Throws a CliError. */
export function findCommand(commands: readonly Command[], argv: readonly string[]): Found | null {
  const words: { text: string; at: number }[] = [];
  for (const [at, text] of argv.entries()) {
    if (text === '--') break;
    if (!text.startsWith('-')) words.push({ text, at });
    if (words.length === 2) break;
  }
  const [first, second] = words;
  if (first === undefined) return null;
  const without = (...taken: (typeof first)[]) => argv.filter((_, at) => !taken.some((word) => word.at === at));
  const two = second && commands.find(({ name }) => name === `${first.text} ${second.text}`);
  if (second && two) return { command: two, rest: without(first, second) };
  const one = commands.find(({ name }) => name === first.text);
  if (one) return { command: one, rest: without(first) };
  const below = commands.filter(({ name }) => name.startsWith(`${first.text} `)).map(({ name }) => name);
  if (below.length > 0 && second === undefined) return null;
  const given = below.length > 0 && second ? `${first.text} ${second.text}` : first.text;
  const known = below.length > 0 ? below : [...new Set(commands.map(({ name }) => name.split(' ')[0] ?? ''))];
  const guess = nearest(given, known);
  throw usageError(
    `"${given}" is no command.`,
    guess === null ? '"breakwater --help" lists them.' : `Did you mean "breakwater ${guess}"?`,
  );
}

/** Reads what follows the command's words. Throws a CliError that names the flag. */
export function readInput(command: Command, argv: readonly string[]): Input {
  const options = { ...command.options, ...COMMON_OPTIONS };
  const parsed = parse(command, options, argv);
  const words = parsed.positionals.map((word) => word.replace(WORD_MARK, ''));
  const input = new Input(parsed.values, words);
  if (input.has('help')) return input;
  for (const [name, { choices }] of Object.entries(options)) {
    const wrong = choices && input.list(name).find((value) => !choices.includes(value));
    if (wrong !== undefined) throw usageError(`--${name} takes ${choices?.join(', ')}, not "${wrong}".`);
  }
  const { least = 0, most = least } = command;
  const count = words.length;
  if (count < least) throw usageError(`"breakwater ${command.name}" takes ${command.takes}.`, helpHint(command));
  if (count > most) {
    const first = words[most];
    throw usageError(`"breakwater ${command.name}" does not know what to do with "${first}".`, helpHint(command));
  }
  return input;
}

function parse(command: Command, options: Readonly<Record<string, Option>>, argv: readonly string[]) {
  const known = Object.fromEntries(
    Object.entries(options).map(([name, { value, short, multiple }]) => [
      name,
      {
        type: value === undefined ? ('boolean' as const) : ('string' as const),
        ...(short === undefined ? {} : { short }),
        ...(multiple === undefined ? {} : { multiple }),
      },
    ]),
  );
  try {
    return parseArgs({ args: withNegated(command, options, argv), allowPositionals: true, options: known });
  } catch (error) {
    // Node's message names the flag in its first sentence and goes on with advice for programmers.
    const [sentence = ''] = (error instanceof Error ? error.message : String(error)).split(/\.\s|\n/);
    const [, flag, unknown] = /^Unknown option '(--?([^']+))'/.exec(sentence) ?? [];
    const guess = unknown === undefined || unknown.length === 1 ? null : nearest(unknown, Object.keys(options));
    const meant = guess === null ? '' : `Did you mean --${guess}? `;
    const isLetter = command.takes === SEARCH && flag !== undefined && !flag.startsWith('--');
    const search = isLetter ? 'A word that the search leaves out stands behind two dashes: -- -word. ' : '';
    throw usageError(`${sentence.replace(/\.$/, '')}.`, `${meant}${search}${helpHint(command)}`);
  }
}

/** Before a word that would be read as a flag; no argument of a program can hold it. */
const WORD_MARK = '\0';
/** A dash before a field, a phrase or a parenthesis, which no flag has. Before a lone word it may be a flag that is mistyped. */
const NEGATED_TERM = /^-(?:[^-\s:"(=][^\s:"(=]*:|["(])/;

/** A search may begin with a dash (`-level:info`): where an option takes a value, what follows it is that value, and elsewhere it is a word of the search. */
function withNegated(command: Command, options: Readonly<Record<string, Option>>, argv: readonly string[]): string[] {
  const read: string[] = [];
  for (const arg of argv) {
    const name = /^--([\w-]+)$/.exec(read.at(-1) ?? '')?.[1];
    const waits = name !== undefined && options[name]?.value !== undefined;
    if (waits && /^-[^-]/.test(arg)) read.splice(-1, 1, `--${name}=${arg}`);
    else read.push(command.takes === SEARCH && NEGATED_TERM.test(arg) ? WORD_MARK + arg : arg);
  }
  return read;
}

function helpHint(command: Command): string {
  return `"breakwater ${command.name} --help" says how it is used.`;
}

type Value = string | boolean | (string | boolean)[] | undefined;

/** The flags and arguments of a command, as what they stand for. */
export class Input {
  readonly arguments: readonly string[];
  readonly #values: Readonly<Record<string, Value>>;

  constructor(values: Readonly<Record<string, Value>>, positionals: readonly string[]) {
    this.#values = values;
    this.arguments = positionals;
  }

  has(name: string): boolean {
    return this.#values[name] === true;
  }

  text(name: string): string | null {
    const value = this.#values[name];
    if (typeof value !== 'string') return null;
    if (value.trim() === '') throw usageError(`--${name} must not be empty.`);
    return value;
  }

  list(name: string): string[] {
    const value = this.#values[name];
    return (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');
  }

  wholeNumber(name: string, least: number, most: number): number | null {
    const text = this.text(name);
    if (text === null) return null;
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < least || number > most)
      throw usageError(`--${name} must be a whole number from ${least} to ${most}, not "${text}".`);
    return number;
  }

  /** Unix milliseconds. */
  moment(name: string, nowMs: number): number | null {
    const text = this.text(name);
    if (text === null) return null;
    const atMs = parseMoment(text, nowMs);
    if (atMs === null)
      throw usageError(
        `--${name} must be a time such as 15m (ago), 2026-11-28T09:00 (UTC), 2026-11-28T10:00+01:00 or Unix ms, not "${text}".`,
      );
    return atMs;
  }

  spanMs(name: string): number | null {
    const text = this.text(name);
    if (text === null) return null;
    const spanMs = parseSpanMs(text);
    if (spanMs === null) throw usageError(`--${name} must be a span such as 30s, 15m, 2h or 7d, not "${text}".`);
    return spanMs;
  }
}
