import type { Input } from './args.ts';
import type { Client } from './client.ts';
import type { Environment } from './environment.ts';
import type { ExitCode } from './exit.ts';
import type { Output } from './terminal/output.ts';

export interface Option {
  /** What stands for the value in the help: `<time>`. Without it the option is a switch. */
  value?: string;
  short?: string;
  /** May be given several times. */
  multiple?: true;
  /** The only values that it takes; completion offers them. */
  choices?: readonly string[];
  help: string;
}

export interface Run {
  input: Input;
  out: Output;
  environment: Environment;
  /** With the address and the key of the profile, the environment or the flags; throws a CliError where there is none. */
  client: () => Client;
  /** Aborted by Ctrl-C. Who does not listen is ended by a second one. */
  signal: AbortSignal;
}

export interface Command {
  /** Words behind `breakwater`: `keys create`. */
  name: string;
  /** One line without a full stop. */
  summary: string;
  /** Positional arguments as the help shows them: `[filter]`, `<file>…`. */
  takes?: string;
  /** How many of them there may be. */
  least?: number;
  most?: number;
  options?: Readonly<Record<string, Option>>;
  /** Paragraphs behind the options. */
  notes?: string;
  examples?: readonly string[];
  /** Nothing is the code 0. */
  run: (run: Run) => Promise<ExitCode | undefined>;
}
