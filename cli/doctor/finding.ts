import type { ExitCode } from '../exit.ts';

/** What one look found. `skipped`: it could not be looked at, and `detail` says why. */
export interface Finding {
  what: string;
  state: 'ok' | 'warn' | 'fail' | 'skipped';
  detail: string;
  /** What to do about it. */
  fix?: string;
  /** Of a failure that decides what the whole is. */
  exitCode?: ExitCode;
}

export const fine = (what: string, detail: string): Finding => ({ what, state: 'ok', detail });
export const warn = (what: string, detail: string, fix: string): Finding => ({ what, state: 'warn', detail, fix });
export const fail = (what: string, detail: string, fix: string, exitCode?: ExitCode): Finding => ({
  ...{ what, state: 'fail', detail, fix },
  ...(exitCode === undefined ? {} : { exitCode }),
});
export const skipped = (what: string, detail: string): Finding => ({ what, state: 'skipped', detail });
