import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { draftOf } from '../config.ts';
import { usageError } from '../exit.ts';

/**
 * The place that the file holds; null where it is not there or empty. Throws a CliError where it is not one to keep a place in: said before anything is
 * followed, because a tail may run for days until it has a place to write.
 */
export function placeIn(file: string): string | null {
  const looked = lookInto(file);
  if (typeof looked !== 'string') {
    const hint = 'Name a file that is kept for this alone, in a folder that you may write to.';
    throw usageError(`--cursor-file cannot be ${file}: ${looked.unfit}.`, hint);
  }
  return looked === '' ? null : looked;
}

function lookInto(file: string): string | { unfit: string } {
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    // A pipe or a terminal would be waited for without end, a device would be replaced by a file.
    if (found !== undefined && !found.isFile()) return { unfit: 'it is no regular file' };
    const text = found === undefined ? '' : readFileSync(file, 'utf8').trim();
    if (!/^[\w.:~=+/-]{0,2000}$/.test(text)) return { unfit: 'what is in it is no place of a tail' };
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(draftOf(file), '', { mode: 0o600 });
    rmSync(draftOf(file));
    return text;
  } catch (error) {
    return { unfit: error instanceof Error ? error.message : String(error) };
  }
}
