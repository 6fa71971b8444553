import { EXIT } from '../../cli/exit.ts';
import { spanWords } from '../../cli/time.ts';
import type { LoadCommand } from './flags.ts';
import type { LoadResult } from './run.ts';

/** Nothing was found wrong, and something that the command is there to judge could not be: neither 0 nor a failure. */
const NOT_JUDGED = 6;
/** Less of the rate than this was not held. */
const HELD_SHARE = 0.95;

export interface Verdict {
  /** What is not as it has to be, in sentences. */
  problems: string[];
  /** What nobody can say from this run, in sentences. */
  notJudged: string[];
  exitCode: number;
}

/** `wasStopped`: by its user, before its time. */
export function verdictOf(command: LoadCommand, result: LoadResult, wasStopped: boolean): Verdict {
  const problems = [
    ...result.problems,
    ...(command === 'soak' ? soakProblems(result) : []),
    ...(wasStopped ? ['It was stopped before its time.'] : []),
  ];
  const notJudged = command === 'soak' ? unjudged(result) : [];
  const exitCode = problems.length > 0 ? EXIT.failed : notJudged.length > 0 ? NOT_JUDGED : EXIT.ok;
  return { problems, notJudged, exitCode };
}

/** The last lines of a report. */
export function verdictLines({ problems, notJudged, exitCode }: Verdict): string {
  const lines = [
    ...problems.map((problem) => `NOT OK     ${problem}`),
    ...notJudged.map((sentence) => `NOT JUDGED ${sentence}`),
    ...(exitCode === EXIT.ok ? ['ok         every record is accounted for'] : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** What else a long run has to hold. */
function soakProblems({ rate, perSecond, memory }: LoadResult): string[] {
  return [
    ...(rate !== null && perSecond < rate * HELD_SHARE
      ? [`The rate was not held: ${Math.round(perSecond)} of ${Math.round(rate)} records/s.`]
      : []),
    ...(memory?.verdict === 'grows' ? ['The memory of the server grows.'] : []),
  ];
}

function unjudged({ memory, seconds }: LoadResult): string[] {
  if (memory === null)
    return ['The memory of the server is not seen from here: --pid watches that of a server of this machine.'];
  if (memory.verdict !== 'not judged') return [];
  const took = spanWords(seconds * 1_000);
  return [
    `The memory of the server: ${took} are too short to tell, it takes ${spanWords(memory.judgedFromMs)} at least.`,
  ];
}
