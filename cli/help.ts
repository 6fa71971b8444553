import { COMMON_OPTIONS } from './args.ts';
import type { Command, Option } from './command.ts';

/** Printed by `breakwater` alone and `breakwater --help`. */
export function generalHelp(commands: readonly Command[]): string {
  return `Sends, reads and looks after the records of a Breakwater deployment.

  breakwater <command> [flags]

${list(commands.map(({ name, summary }) => [name, summary]))}

Flags of every command
${optionList(COMMON_OPTIONS)}

Environment
${list([
  ['BREAKWATER_URL', "the deployment, instead of the profile's"],
  ['BREAKWATER_KEY', "the key, instead of the profile's: for CI, where nothing is stored"],
  ['BREAKWATER_PROFILE', 'the profile, as --profile'],
  ['BREAKWATER_CONFIG_DIR', 'where profiles are stored (~/.config/breakwater)'],
  ['NO_COLOR', 'no colours'],
])}

Exit codes
${list([
  ['0', 'done'],
  ['1', 'refused, or what was looked at is not as it should be'],
  ['2', 'the command line is wrong'],
  ['3', 'no key, or one that may not do this'],
  ['4', 'the deployment does not answer'],
  ['5', 'done, but records were rejected'],
  ['130', 'stopped by Ctrl-C'],
])}

Where to begin: breakwater login <url>, then breakwater doctor.
`;
}

export function groupHelp(group: string, commands: readonly Command[]): string {
  return `breakwater ${group} <command> [flags]

${list(commands.map(({ name, summary }) => [name, summary]))}

"breakwater ${group} <command> --help" says more.
`;
}

const TIMES =
  'A <time> is a span ago (15m, 2h, 7d), Unix ms or ISO 8601; without a zone it is UTC: 2026-11-28T09:00, 2026-11-28T10:00+01:00.';

export function commandHelp({ name, summary, takes, options = {}, notes, examples = [] }: Command): string {
  const parts = [
    `${summary}.`,
    `  breakwater ${name}${takes === undefined ? '' : ` ${takes}`} [flags]`,
    ...(Object.keys(options).length > 0 ? [`Flags\n${optionList(options)}`] : []),
    `Flags of every command\n${optionList(COMMON_OPTIONS)}`,
    ...(Object.values(options).some(({ value }) => value === '<time>') ? [TIMES] : []),
    ...(notes === undefined ? [] : [notes]),
    ...(examples.length > 0 ? [`Examples\n${examples.map((example) => `  ${example}`).join('\n')}`] : []),
  ];
  return `${parts.join('\n\n')}\n`;
}

function optionList(options: Readonly<Record<string, Option>>): string {
  return list(
    Object.entries(options).map(([name, { value, short, multiple, choices, help }]) => [
      `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`,
      `${help}${choices === undefined ? '' : `: ${choices.join(', ')}`}${multiple ? '; may be given again' : ''}`,
    ]),
  );
}

function list(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
}
