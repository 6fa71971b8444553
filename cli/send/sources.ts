import { createReadStream, existsSync, globSync, statSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CliError, EXIT, usageError } from '../exit.ts';

export interface Source {
  /** As the user named it; `-` is the standard input. */
  name: string;
  /** Null for the standard input and for pipes, of which there is no second reading. */
  file: string | null;
  /** Of the file as it lies there; null where it is not known. */
  sizeBytes: number | null;
  /** Of a file; of what is piped the first bytes say it when they come. */
  isGzip: boolean;
}

const GLOB = /[*?[\]{}]/;

/** The files that the arguments name, in their order, each once. Throws a CliError for one that is not there. */
export async function findSources(names: readonly string[], stdin: { isTTY?: boolean }): Promise<Source[]> {
  if (names.length === 0) {
    if (stdin.isTTY) throw usageError('Nothing to send: name files, or pipe into the command.');
    return [STDIN];
  }
  const files = names.flatMap((name) => (name === '-' ? [name] : expand(name)));
  return Promise.all([...new Set(files)].map((name) => (name === '-' ? STDIN : sourceOf(name))));
}

const STDIN: Source = { name: '-', file: null, sizeBytes: null, isGzip: false };

function expand(name: string): string[] {
  if (existsSync(name) || !GLOB.test(name)) return [name];
  const found = globSync(name).sort();
  if (found.length === 0) throw usageError(`No file matches ${name}.`);
  return found.filter((one) => statSync(one).isFile());
}

async function sourceOf(name: string): Promise<Source> {
  try {
    const found = await stat(name);
    if (found.isDirectory())
      throw usageError(`${name} is a folder: name its files, such as ${path.join(name, '*.log')}.`);
    // Opened to be looked at, a pipe would lose what was looked at, and who writes into it would find it closed.
    if (!found.isFile()) return { name, file: null, sizeBytes: null, isGzip: false };
    const handle = await open(name);
    try {
      const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
      return { name, file: path.resolve(name), sizeBytes: found.size, isGzip: isPacked(buffer) };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof CliError) throw error;
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (missing) throw usageError(`There is no file ${name}.`);
    throw unreadable(name, error);
  }
}

function isPacked(beginning: Buffer): boolean {
  return beginning[0] === 0x1f && beginning[1] === 0x8b;
}

export function unreadable(name: string, error: unknown): CliError {
  return new CliError(EXIT.failed, `Cannot read ${name}: ${error instanceof Error ? error.message : error}.`);
}

/**
 * The bytes from `start` on, inflated where they are gzip: `start` counts inflated bytes then. Throws a CliError where the source ends in the middle of them, or
 * cannot be read any more.
 */
export async function* readSource(source: Source, start: number): AsyncGenerator<Buffer> {
  try {
    yield* bytesOf(source, start);
  } catch (error) {
    throw unreadable(source.name === '-' ? 'the standard input' : source.name, error);
  }
}

async function* bytesOf({ name, file, isGzip }: Source, start: number): AsyncGenerator<Buffer> {
  if (file === null) {
    yield* inflatedIfPacked(name === '-' ? process.stdin : createReadStream(name));
    return;
  }
  if (!isGzip) {
    yield* createReadStream(file, { start, highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>;
    return;
  }
  let passed = 0;
  for await (const chunk of inflated(createReadStream(file))) {
    const skip = Math.max(0, Math.min(chunk.length, start - passed));
    passed += chunk.length;
    if (skip < chunk.length) yield chunk.subarray(skip);
  }
}

async function* inflatedIfPacked(stream: Readable): AsyncGenerator<Buffer> {
  const iterator = (stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  let beginning = Buffer.alloc(0);
  while (beginning.length < 2) {
    const next = await iterator.next();
    if (next.done) break;
    beginning = Buffer.concat([beginning, next.value]);
  }
  const whole = (async function* () {
    if (beginning.length > 0) yield beginning;
    yield* { [Symbol.asyncIterator]: () => iterator };
  })();
  yield* isPacked(beginning) ? inflated(Readable.from(whole)) : whole;
}

function inflated(packed: Readable): AsyncIterable<Buffer> {
  const plain = packed.pipe(createGunzip());
  packed.on('error', (error) => plain.destroy(error));
  return plain as AsyncIterable<Buffer>;
}
