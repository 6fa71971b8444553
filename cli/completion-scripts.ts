import { COMMON_OPTIONS } from './args.ts';
import type { Command, Option } from './command.ts';

/** Text as one word of any of the three shells. */
const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

const optionsOf = (command: Command): [string, Option][] => Object.entries({ ...command.options, ...COMMON_OPTIONS });
const firstWords = (commands: readonly Command[]) => [...new Set(commands.map(({ name }) => name.split(' ')[0] ?? ''))];
/** Commands of two words, by their first. */
const groupsOf = (commands: readonly Command[]) =>
  [...Map.groupBy(commands, ({ name }) => name.split(' ')[0] ?? '')].filter(([word, [one]]) => one?.name !== word);
const secondWord = ({ name }: Command) => name.split(' ')[1] ?? '';
const takesFiles = ({ takes = '' }: Command) => takes.includes('file');

/** Every option that takes one of a few values: command, flag, values. */
function choices(commands: readonly Command[]): [string, string, readonly string[]][] {
  return commands.flatMap((command) =>
    optionsOf(command).flatMap(([name, { choices: values }]): [string, string, readonly string[]][] =>
      values === undefined ? [] : [[command.name, `--${name}`, values]],
    ),
  );
}

/** Finds the command among the words before the cursor, in bash as in zsh: they differ in how words are counted and named. */
function commandLoop(range: string, at: string, commands: readonly Command[]): string {
  const twoWords = commands.filter(({ name }) => name.includes(' ')).map(({ name }) => quote(name));
  return `  for ((${range}; i++)); do
    word=${at}
    [[ $word == -* ]] && continue
    if [[ -z $command ]]; then
      command=$word
    else
      case "$command $word" in ${twoWords.join(' | ')}) command="$command $word" ;; esac
      break
    fi
  done`;
}

export function bash(commands: readonly Command[]): string {
  const flags = (command: Command) => optionsOf(command).map(([name]) => `--${name}`);
  return `_breakwater() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command='' word words='' i
  COMPREPLY=()
${commandLoop('i = 1; i < COMP_CWORD', `\${COMP_WORDS[i]}`, commands)}
  case "$command $prev" in
${choices(commands)
  .map(
    ([name, flag, values]) =>
      `    ${quote(`${name} ${flag}`)}) COMPREPLY=($(compgen -W ${quote(values.join(' '))} -- "$cur")); return ;;`,
  )
  .join('\n')}
  esac
  case "$command" in
    '') words=${quote([...firstWords(commands), '--help', '--version'].join(' '))} ;;
${groupsOf(commands)
  .map(([word, below]) => `    ${quote(word)}) words=${quote(below.map(secondWord).join(' '))} ;;`)
  .join('\n')}
${commands.map((command) => `    ${quote(command.name)}) words=${quote(flags(command).join(' '))} ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _breakwater breakwater
`;
}

export function zsh(commands: readonly Command[]): string {
  const described = (rows: readonly (readonly [string, string])[]) =>
    rows.map(([word, help]) => quote(`${word.replaceAll(':', '\\:')}:${help}`)).join(' ');
  const firsts = firstWords(commands).map((word): [string, string] => {
    const [one, ...others] = commands.filter(({ name }) => name.split(' ')[0] === word);
    return [word, others.length === 0 && one?.name === word ? one.summary : `${word} …`];
  });
  return `#compdef breakwater
_breakwater() {
  local command='' word i
  local -a found
${commandLoop('i = 2; i < CURRENT', '$words[i]', commands)}
  case "$command $words[CURRENT-1]" in
${choices(commands)
  .map(
    ([name, flag, values]) => `    ${quote(`${name} ${flag}`)}) compadd -- ${values.map(quote).join(' ')}; return ;;`,
  )
  .join('\n')}
  esac
  case "$command" in
    '') found=(${described(firsts)}) ;;
${groupsOf(commands)
  .map(
    ([word, below]) =>
      `    ${quote(word)}) found=(${described(below.map((one) => [secondWord(one), one.summary] as const))}) ;;`,
  )
  .join('\n')}
${commands
  .map((command) => {
    const rows = optionsOf(command).map(([name, { help }]) => [`--${name}`, help] as const);
    return `    ${quote(command.name)}) found=(${described(rows)})${takesFiles(command) ? '; _files' : ''} ;;`;
  })
  .join('\n')}
  esac
  _describe breakwater found
}
compdef _breakwater breakwater
`;
}

export function fish(commands: readonly Command[]): string {
  const lines = [
    'complete -c breakwater -f',
    `complete -c breakwater -n __fish_use_subcommand -l version -d 'the version'`,
  ];
  for (const word of firstWords(commands)) {
    const one = commands.find(({ name }) => name === word);
    lines.push(`complete -c breakwater -n __fish_use_subcommand -a ${word} -d ${quote(one?.summary ?? `${word} …`)}`);
  }
  for (const [word, below] of groupsOf(commands)) {
    const seconds = below.map(secondWord).join(' ');
    const here = quote(`__fish_seen_subcommand_from ${word}; and not __fish_seen_subcommand_from ${seconds}`);
    for (const command of below)
      lines.push(`complete -c breakwater -n ${here} -a ${secondWord(command)} -d ${quote(command.summary)}`);
  }
  for (const command of commands) {
    const seen = command.name
      .split(' ')
      .map((word) => `__fish_seen_subcommand_from ${word}`)
      .join('; and ');
    if (takesFiles(command)) lines.push(`complete -c breakwater -n ${quote(seen)} -F`);
    for (const [name, { value, short, choices: values, help }] of optionsOf(command)) {
      const parts = [
        ...(short === undefined ? [] : [`-s ${short}`]),
        `-l ${name}`,
        ...(value === undefined ? [] : ['-x']),
        ...(values === undefined ? [] : [`-a ${quote(values.join(' '))}`]),
      ];
      lines.push(`complete -c breakwater -n ${quote(seen)} ${parts.join(' ')} -d ${quote(help)}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
