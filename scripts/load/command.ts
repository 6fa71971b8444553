import { CliError, EXIT } from '../../cli/exit.ts';
import { spanWords } from '../../cli/time.ts';
import { Stop } from '../lib/stop.ts';
import { type LoadCommand, type LoadFlags, loadHelp, parseLoadFlags, refuseLoadFlagsTakenByNpm } from './flags.ts';
import { judgedFromMs } from './memory.ts';
import { reportOf } from './report.ts';
import { runLoad } from './run.ts';
import type { Sender } from './send.ts';
import { type LoadTarget, openTarget } from './target.ts';
import { verdictLines, verdictOf } from './verdict.ts';

/** How long the most that is possible is looked for. */
const PROBE_MS = 15_000;

/** Runs `npm run load` or `npm run soak`; returns the exit code. */
export async function loadCommand(command: LoadCommand, argv: readonly string[]): Promise<number> {
  // Asked to stop, it sends no more, waits for what is under way and says what was measured: only what is under way is ended by a second time.
  const stopping = new AbortController();
  const ending = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.on(name, () => (stopping.signal.aborted ? ending : stopping).abort());
  try {
    refuseLoadFlagsTakenByNpm(command, process.env);
    const flags = parseLoadFlags(command, argv);
    if (flags.help) {
      process.stdout.write(loadHelp(command));
      return EXIT.ok;
    }
    return await load(command, flags, { stop: stopping.signal, end: ending.signal });
  } catch (error) {
    if (error instanceof Stop) console.error(error.message);
    else if (error instanceof CliError) console.error([error.message, error.details.hint].filter(Boolean).join('\n'));
    else throw error;
    return error instanceof CliError ? error.exitCode : EXIT.usage;
  }
}

interface Signals {
  /** No more is sent, and what was measured is said. */
  stop: AbortSignal;
  /** Nothing is waited for any more. */
  end: AbortSignal;
}

async function load(command: LoadCommand, flags: LoadFlags, { stop: signal, end }: Signals): Promise<number> {
  const totalMs = flags.warmUpMs + flags.durationMs;
  if (command === 'soak' && totalMs < judgedFromMs(flags.warmUpMs))
    tell(
      `A run of less than ${spanWords(judgedFromMs(flags.warmUpMs))} says nothing of the memory: it will not be judged.`,
    );
  const target = await openTarget(flags, end);
  try {
    const rate = flags.rate ?? (command === 'soak' ? await halfOfTheMost(target, flags, signal) : null);
    tell(
      `${target.name}: ${rate === null ? 'as fast as it goes' : `${Math.round(rate).toLocaleString('en-US')} records/s`} for ${spanWords(flags.durationMs)}${flags.warmUpMs > 0 ? `, behind ${spanWords(flags.warmUpMs)} of warm-up` : ''} …`,
    );
    const result = await runLoad(target, { ...flags, rate }, signal, progress(totalMs));
    const verdict = verdictOf(command, result, signal.aborted);
    const { problems, notJudged } = verdict;
    if (flags.json) process.stdout.write(`${JSON.stringify({ ...result, problems, notJudged }, null, 2)}\n`);
    else process.stdout.write(reportOf(result) + verdictLines(verdict));
    return verdict.exitCode;
  } finally {
    await target.stop();
  }
}

async function halfOfTheMost(target: LoadTarget, flags: LoadFlags, signal: AbortSignal): Promise<number> {
  tell(`${target.name}: looking for the most, for ${spanWords(PROBE_MS)} …`);
  // With the same searches and sockets: half of what is possible without them may be more than is possible with them.
  const result = await runLoad(target, { ...flags, warmUpMs: 0, durationMs: PROBE_MS, rate: null }, signal);
  if (signal.aborted) throw new CliError(EXIT.interrupted, 'Stopped while the most was looked for.');
  const [problem] = result.problems;
  if (problem !== undefined) throw new Stop(problem);
  tell(`the most is ${Math.round(result.perSecond).toLocaleString('en-US')} records/s`);
  return Math.max(1, Math.floor(result.perSecond / 2));
}

/** Every ten seconds a line on the error output. */
function progress(totalMs: number) {
  return (sender: Sender, seconds: number) => {
    if (Math.round(seconds) % 10 !== 0) return;
    const { p99Ms } = sender.latencies.read();
    const perSecond = Math.round(sender.sent.stored / seconds).toLocaleString('en-US');
    tell(
      `${Math.round(seconds)} of ${Math.round(totalMs / 1_000)} s: ${perSecond} records/s, p99 ${p99Ms.toFixed(0)} ms`,
    );
  };
}

function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}
