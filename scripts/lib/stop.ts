/** A reason to end a command that its user can act on: printed as one sentence, without a stack. */
export class Stop extends Error {
  override readonly name = 'Stop';
}

/** What an error of the file system or the network says, in words where it is a common one. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return REASONS[code] ?? (error instanceof Error ? error.message : String(error));
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'a file of that name is in the way',
  ENOENT: 'a part of the path cannot be created',
};

/** Runs a command's main function; a Stop becomes its sentence on stderr and exit code 1, anything else stays a crash. */
export async function runMain(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
