import type { Command } from '../command.ts';
import { bash, fish, zsh } from '../completion-scripts.ts';
import { usageError } from '../exit.ts';

const SCRIPTS: Readonly<Record<string, (commands: readonly Command[]) => string>> = { bash, zsh, fish };

/** Made from the table of commands, so that a new flag is completed as soon as it is there. */
export function completionCommand(commands: () => readonly Command[]): Command {
  return {
    name: 'completion',
    summary: 'Prints the completion of commands and flags for a shell',
    takes: '<bash, zsh or fish>',
    least: 1,
    notes: `bash  source <(breakwater completion bash)                                       in ~/.bashrc
zsh   source <(breakwater completion zsh)                                        in ~/.zshrc, behind compinit
fish  breakwater completion fish > ~/.config/fish/completions/breakwater.fish`,
    async run({ input, out }) {
      const [shell = ''] = input.arguments;
      const script = SCRIPTS[shell]?.(commands());
      if (script === undefined) throw usageError(`There is no completion for "${shell}": bash, zsh and fish have one.`);
      await (out.json ? out.data({ shell, script }) : out.write(script));
      return undefined;
    },
  };
}
