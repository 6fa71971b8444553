import { open } from 'node:fs/promises';
import { isObject } from './format.ts';
import { type Source, unreadable } from './sources.ts';
import { MAX_PIECE_BYTES } from './split.ts';

/**
 * A line without an end is taken for whole when its file did not grow for so long: its writer is in the middle of it, or there was never to be a line break. Shippers
 * that wait for ever lose the last line of files that programs export; half a second, which the collector of OpenTelemetry waits, is less than a disk may stall.
 */
export const QUIET_MS = 5_000;
/** A line that only grows, such as a bar of progress, has no end to wait for. */
export const LONGEST_MS = 30_000;
const LOOK_EVERY_MS = 250;
const NEWLINE = 10;

export interface Waits {
  nowMs(): number;
  wait(ms: number): Promise<void>;
  /** Called when the waiting begins. */
  onWaiting(): void;
}

/**
 * The bytes of a file of lines, which are read from `start` on; and where they end within a line that may still be written, what comes to that line. Nothing behind
 * it: who follows a file pipes it.
 */
export async function* withEndOfLine(
  chunks: AsyncIterable<Buffer>,
  source: Source & { file: string },
  start: number,
  waits: Waits,
): AsyncGenerator<Buffer> {
  let [lineStart, end] = [start, start];
  for await (const chunk of chunks) {
    const newline = chunk.lastIndexOf(NEWLINE);
    if (newline >= 0) lineStart = end + newline + 1;
    end += chunk.length;
    yield chunk;
  }
  const known = end - lineStart;
  if (known === 0 || known > MAX_PIECE_BYTES) return;
  const line = await growing(source, lineStart, known, waits);
  if (line.length > known) yield line.subarray(known);
}

/** The line that begins there, when it has its end, when nothing more comes to it, or when the file is another. */
async function growing(source: Source & { file: string }, lineStart: number, known: number, waits: Waits) {
  const first = await lookAt(source, lineStart);
  let line = first.line.subarray(0, known);
  let quietMs = Math.max(0, waits.nowMs() - first.changedAtMs);
  for (let waitedMs = 0; ; waitedMs += LOOK_EVERY_MS) {
    const { line: now } = waitedMs === 0 ? first : await lookAt(source, lineStart);
    // Cut off or replaced by its rotation: what was read is all that there is of the line.
    if (!now.subarray(0, line.length).equals(line)) return line;
    if (now.length > line.length) quietMs = 0;
    line = now;
    const isWhole = line.at(-1) === NEWLINE || isObject(line) || line.length > MAX_PIECE_BYTES;
    if (isWhole || quietMs >= QUIET_MS || waitedMs >= LONGEST_MS) return line;
    if (waitedMs === 0) waits.onWaiting();
    await waits.wait(LOOK_EVERY_MS);
    quietMs += LOOK_EVERY_MS;
  }
}

/** The line as it is now, its end included, and when its file was changed; nothing where the file is gone. */
async function lookAt({ file, name }: Source & { file: string }, lineStart: number) {
  try {
    const handle = await open(file);
    try {
      const { mtimeMs } = await handle.stat();
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(MAX_PIECE_BYTES + 1), 0, null, lineStart);
      const bytes = buffer.subarray(0, bytesRead);
      const newline = bytes.indexOf(NEWLINE);
      return { line: newline < 0 ? bytes : bytes.subarray(0, newline + 1), changedAtMs: mtimeMs };
    } finally {
      await handle.close();
    }
  } catch (error) {
    const isGone = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (isGone) return { line: Buffer.alloc(0), changedAtMs: 0 };
    throw unreadable(name, error);
  }
}
