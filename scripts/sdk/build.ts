/** The browser SDK as the Worker serves it: dist/sdk/, each file also as br, zstd and gzip, beside their hashes. */
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, gzipSync, constants as zlib, zstdCompressSync } from 'node:zlib';
import packageJson from '../../package.json' with { type: 'json' };
import { PROJECT_DIR } from '../lib/run.ts';
import { type Bundle, bundle } from './bundle.ts';

const OUT_DIR = path.join(PROJECT_DIR, 'dist/sdk');
/** Hexadecimal digits in a file's name: 64 bits of SHA-256. */
const HASH_DIGITS = 16;

export const SDK_VERSION_DEFINE = { __SDK_VERSION__: JSON.stringify(packageJson.version) };

/** What of the SDK a page may load: the script, and the part that comes when it is first called. */
export async function buildSdkFiles(): Promise<void> {
  rmSync(OUT_DIR, { recursive: true, force: true });
  mkdirSync(OUT_DIR, { recursive: true });
  const extra = await bundle({ entry: 'src/sdk/extra/index.ts', format: 'es', define: SDK_VERSION_DEFINE });
  const hashes = write('extra', extra);
  const define = { ...SDK_VERSION_DEFINE, __EXTRA_FILE__: JSON.stringify(`extra.${hashes['extra.min.js']}.min.js`) };
  const client = await bundle({ entry: 'src/sdk/script.ts', format: 'iife', define, secondPart: 'by-address' });
  Object.assign(hashes, write('client', client));
  writeFileSync(path.join(OUT_DIR, 'hashes.json'), JSON.stringify(hashes));
}

/** The hash of each file, by its name. */
function write(name: string, { code, map }: Bundle): Record<string, string> {
  const hashes: Record<string, string> = {};
  for (const [file, text] of [
    [`${name}.min.js`, code],
    [`${name}.min.js.map`, map],
  ] as const) {
    const bytes = Buffer.from(text);
    hashes[file] = createHash('sha256').update(bytes).digest('hex').slice(0, HASH_DIGITS);
    for (const [ending, packed] of Object.entries(packedBodies(bytes))) {
      writeFileSync(path.join(OUT_DIR, file + ending), packed);
    }
  }
  return hashes;
}

/** As small as each gets: they are made once and sent for years. */
export function packedBodies(bytes: Buffer): Record<'' | '.br' | '.zst' | '.gz', Buffer> {
  return {
    '': bytes,
    '.br': brotliCompressSync(bytes, {
      params: { [zlib.BROTLI_PARAM_QUALITY]: 11, [zlib.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }),
    '.zst': zstdCompressSync(bytes, { params: { [zlib.ZSTD_c_compressionLevel]: 19 } }),
    '.gz': gzipSync(bytes, { level: 9 }),
  };
}
