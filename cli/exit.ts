/** What the exit code of a command says. docs/cli.md lists them; scripts may rely on them. */
export const EXIT = {
  ok: 0,
  /** The server refused, or what was looked at is not as it should be. */
  failed: 1,
  /** The command line, or what it names, is wrong: repeating it does not help. */
  usage: 2,
  /** No key, a key that is not valid any more, or one that may not do this. */
  notAllowed: 3,
  /** Nothing answers, or something does that is not Breakwater. */
  unreachable: 4,
  /** Done, but records were rejected. */
  rejected: 5,
  /** 128 and SIGINT, as shells have it: ended by the user before it was done. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export interface ProblemDetails {
  /** What can be done about it, in a sentence. */
  hint?: string;
  /** Of the server's answer (docs/errors.md). */
  code?: string;
  status?: number;
  requestId?: string;
}

/** Ends a command: one sentence, and what to do about it. Anything else that is thrown is a fault of this program. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: ExitCode;
  readonly details: ProblemDetails;

  constructor(exitCode: ExitCode, message: string, details: ProblemDetails = {}) {
    super(message);
    this.exitCode = exitCode;
    this.details = details;
  }
}

export function usageError(message: string, hint?: string): CliError {
  return new CliError(EXIT.usage, message, hint === undefined ? {} : { hint });
}
