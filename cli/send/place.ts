import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { readIfThere, writeOwnersFile } from '../config.ts';
import type { Batch } from './batches.ts';
import { readSource, type Source } from './sources.ts';

/** Of the beginning of a file: by it another file under the same name is told apart. */
const HEAD_BYTES = 4_096;
/** Of a file that nobody has sent since. */
const KEPT_MS = 30 * 86_400_000;

interface Kept {
  file: string;
  head: string;
  headBytes: number;
  /** Everything before it is answered for. */
  offset: number;
  /** Ends of batches behind it that have left: they may have arrived. */
  ends: number[];
}

/**
 * How far a file was sent, in a file of its own: noted before a batch leaves and when its answer is there. So a run that died goes on, cuts the batches that
 * were on their way as they were, and the server knows them again; and a file that has grown is sent from where it ended.
 */
export class Place {
  readonly #path: string;
  /** Start and end of batches that were answered before one that lies before them. */
  readonly #answered = new Map<number, number>();
  readonly #kept: Kept;

  private constructor(file: string, kept: Kept) {
    this.#path = file;
    this.#kept = kept;
  }

  /** `identity` tells apart what the same file is sent as, and where to. With `again` it begins anew. */
  static async of(source: Source, stateDir: string, identity: string, again: boolean): Promise<Place> {
    const file = source.file ?? '';
    const name = createHash('sha256').update(`${identity}\0${file}`).digest('hex').slice(0, 32);
    const noted = path.join(stateDir, 'sent', `${name}.json`);
    const fresh = { file, ...(await headOf(source, HEAD_BYTES)), offset: 0, ends: [] };
    const known = again ? null : knownIn(readIfThere(noted));
    const isSame =
      known !== null &&
      (source.isGzip || source.sizeBytes === null || source.sizeBytes >= known.offset) &&
      (await headOf(source, known.headBytes)).head === known.head;
    return new Place(noted, isSame ? { ...known, ...headKept(known, fresh) } : fresh);
  }

  get offset(): number {
    return this.#kept.offset;
  }

  get ends(): readonly number[] {
    return this.#kept.ends;
  }

  leaving({ end }: Batch): void {
    this.#kept.ends.push(end);
    this.#note();
  }

  /** Batches may be answered out of order: only what lies before all that are on their way is answered for. */
  answered({ start, end }: Batch): void {
    this.#answered.set(start, end);
    for (let next = this.#answered.get(this.offset); next !== undefined; next = this.#answered.get(next)) {
      this.#answered.delete(this.offset);
      this.#kept.offset = next;
    }
    this.#note();
  }

  #note(): void {
    const ends = new Set(this.#kept.ends.filter((end) => end > this.offset));
    this.#kept.ends = [...ends].sort((one, other) => one - other);
    writeOwnersFile(this.#path, JSON.stringify(this.#kept));
  }
}

/** The longer of two beginnings of one file says more. */
function headKept(known: Kept, fresh: Kept): Pick<Kept, 'head' | 'headBytes'> {
  const { head, headBytes } = fresh.headBytes > known.headBytes ? fresh : known;
  return { head, headBytes };
}

async function headOf(source: Source, bytes: number): Promise<{ head: string; headBytes: number }> {
  const hash = createHash('sha256');
  let left = bytes;
  if (source.isGzip) {
    for await (const chunk of readSource(source, 0)) {
      hash.update(chunk.subarray(0, left));
      left -= Math.min(left, chunk.length);
      if (left === 0) break;
    }
  } else {
    const handle = await open(source.file ?? '');
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(bytes), 0, bytes, 0);
    await handle.close();
    hash.update(buffer.subarray(0, bytesRead));
    left -= bytesRead;
  }
  return { head: hash.digest('hex'), headBytes: bytes - left };
}

/** Null where nothing was noted, or something else than this version notes: then it begins anew, and repeats of a day are known by their keys. */
function knownIn(text: string | null): Kept | null {
  if (text === null) return null;
  try {
    const kept = JSON.parse(text) as Kept;
    return typeof kept.offset === 'number' && Array.isArray(kept.ends) && typeof kept.head === 'string' ? kept : null;
  } catch {
    return null; // cut off by a full disk
  }
}

/** Forgets files that were not sent for a month. */
export function forgetOldPlaces(stateDir: string, nowMs: number): void {
  const folder = path.join(stateDir, 'sent');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name);
    if (nowMs - statSync(file).mtimeMs > KEPT_MS) rmSync(file, { force: true });
  }
}
