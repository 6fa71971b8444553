import { createReadStream, existsSync, globSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { createGunzip } from 'node:zlib';
import { CliError, EXIT, usageError } from '../exit.ts';

export interface Source {
  /** As the user named it; `-` is the standard input. */
  name: string;
  /** Null for the standard input, of which there is no second reading. */
  file: string | null;
  /** Of the file as it lies there; null where it is not known. */
  sizeBytes: number | null;
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
    const handle = await open(name);
    try {
      const stat = await handle.stat();
      if (stat.isDirectory())
        throw usageError(`${name} is a folder: name its files, such as ${path.join(name, '*.log')}.`);
      const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
      const isGzip = buffer[0] === 0x1f && buffer[1] === 0x8b;
      return { name, file: path.resolve(name), sizeBytes: stat.isFile() ? stat.size : null, isGzip };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof CliError) throw error;
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (missing) throw usageError(`There is no file ${name}.`);
    throw new CliError(EXIT.failed, `Cannot read ${name}: ${error instanceof Error ? error.message : error}.`);
  }
}

/** The bytes from `start` on, inflated where the file is gzip: `start` counts inflated bytes then. */
export async function* readSource(source: Source, start: number): AsyncGenerator<Buffer> {
  if (source.file === null) {
    yield* process.stdin as AsyncIterable<Buffer>;
    return;
  }
  if (!source.isGzip) {
    yield* createReadStream(source.file, { start, highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>;
    return;
  }
  let passed = 0;
  const packed = createReadStream(source.file);
  const plain = packed.pipe(createGunzip());
  packed.on('error', (error) => plain.destroy(error));
  for await (const chunk of plain as AsyncIterable<Buffer>) {
    const skip = Math.max(0, Math.min(chunk.length, start - passed));
    passed += chunk.length;
    if (skip < chunk.length) yield chunk.subarray(skip);
  }
}
