import os from 'node:os';
import { findCommand, readInput } from './args.ts';
import { Client, VERSION } from './client.ts';
import { COMMANDS } from './commands.ts';
import type { Environment } from './environment.ts';
import { CliError, EXIT } from './exit.ts';
import { commandHelp, generalHelp, groupHelp } from './help.ts';
import { findTarget } from './target.ts';
import { Output } from './terminal/output.ts';
import { safeJson, safeText } from './terminal/safe-text.ts';

/** Runs the command line and ends the process with the code of docs/cli.md. */
export async function main(argv: readonly string[]): Promise<void> {
  // Whoever reads has read enough (`| head`): no error of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.failed),
  );
  // Nobody hears the rest (`2>&1 | head`): the result and the code are the same.
  process.stderr.on('error', () => undefined);
  const stopping = new AbortController();
  process.on('SIGINT', () => {
    // The first one lets the command end by itself, the second does not wait for that.
    if (stopping.signal.aborted) process.exit(EXIT.interrupted);
    stopping.abort();
  });
  process.on('SIGTERM', () => stopping.abort());
  const flags = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : argv.length);
  const out = new Output({
    ...{ stdout: process.stdout, stderr: process.stderr, json: flags.includes('--json') },
    colors: !process.env.NO_COLOR && !flags.includes('--no-color') && process.env.TERM !== 'dumb',
  });
  const environment = { variables: process.env, homeDir: os.homedir(), platform: process.platform };
  try {
    process.exitCode = await run(argv, out, environment, stopping.signal);
  } catch (error) {
    // A fault of this program: Node prints its stack, by which it can be found.
    if (!(error instanceof CliError)) throw error;
    tell(out, error);
    process.exitCode = error.exitCode;
  }
  // Sockets that are kept alive for a next request would hold the process for seconds.
  process.exit();
}

async function run(argv: readonly string[], out: Output, environment: Environment, signal: AbortSignal) {
  const [first = ''] = argv;
  if (first === '--version' || first === '-v') {
    await (out.json ? out.data({ version: VERSION }) : out.line(VERSION));
    return EXIT.ok;
  }
  if (first === 'help') return run([...argv.slice(1), '--help'], out, environment, signal);
  const found = findCommand(COMMANDS, argv);
  if (found === null) {
    const group = COMMANDS.filter(({ name }) => name.startsWith(`${first} `));
    await out.write(group.length > 0 ? groupHelp(first, group) : generalHelp(COMMANDS));
    // A group alone asks for nothing: a script whose variable is empty learns that nothing was done.
    return group.length === 0 || argv.includes('--help') || argv.includes('-h') ? EXIT.ok : EXIT.usage;
  }
  const input = readInput(found.command, found.rest);
  if (input.has('help')) {
    await out.write(commandHelp(found.command));
    return EXIT.ok;
  }
  const target = () => findTarget(environment, { url: input.text('url'), profile: input.text('profile') });
  const client = () => new Client(target(), signal);
  return (await found.command.run({ input, out, environment, client, signal })) ?? EXIT.ok;
}

function tell(out: Output, { message, details, exitCode }: CliError): void {
  if (out.json) {
    out.note(safeJson({ error: { message, exitCode, ...details } }));
    return;
  }
  // Details of an answer are text of others.
  out.note(`breakwater: ${safeText(message)}`);
  if (details.hint) out.note(safeText(details.hint));
  if (details.requestId) out.note(`(${details.code ?? details.status}, request ${safeText(details.requestId)})`);
}
