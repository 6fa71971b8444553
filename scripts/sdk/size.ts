/** How much of the SDK a page downloads, as Cloudflare sends it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_DIR } from '../lib/run.ts';
import { packedBodies, SDK_VERSION_DEFINE } from './build.ts';
import { bundle } from './bundle.ts';

/** Bytes in brotli. What limits them is in docs/adr/0015. */
const BUDGETS = {
  /** From npm, where only `init` is used: all that it does by itself. */
  init: 6 * 1024,
  /** The script tag: the same, and each function for the page to call. */
  script: 6_700,
} as const;

export interface Sizes {
  '.br': number;
  '.gz': number;
}

/** Of the smallest program that uses a package, in bench/peers/sdk/. */
export async function bundledSizes(name: string): Promise<Sizes> {
  // Ours loads its second part by address, as the script does; its peers have none, and their names are not known.
  const how = name === 'breakwater' ? ({ secondPart: 'by-address' } as const) : { keepsProperties: true };
  const entry = `bench/peers/sdk/${name}.js`;
  const define = { ...SDK_VERSION_DEFINE, __EXTRA_FILE__: JSON.stringify(`extra.${'0'.repeat(16)}.min.js`) };
  const { code } = await bundle({ entry, format: 'iife', define, ...how });
  const packed = packedBodies(Buffer.from(code));
  return { '.br': packed['.br'].length, '.gz': packed['.gz'].length };
}

/** Of a part of the script as it is served. */
export function builtSizes(part: 'client' | 'extra'): Sizes {
  const size = (ending: keyof Sizes) => readFileSync(path.join(PROJECT_DIR, `dist/sdk/${part}.min.js${ending}`)).length;
  return { '.br': size('.br'), '.gz': size('.gz') };
}

/** Throws when the SDK is over budget; returns its sizes in words. */
export async function checkSdkSize(): Promise<string> {
  const sizes = { init: (await bundledSizes('breakwater'))['.br'], script: builtSizes('client')['.br'] };
  const names = Object.keys(BUDGETS) as (keyof typeof BUDGETS)[];
  const text = names.map((name) => `${name} ${sizes[name]} of ${BUDGETS[name]} bytes`).join(', ');
  if (names.every((name) => sizes[name] <= BUDGETS[name])) return text;
  throw new Error(`The SDK is too large: ${text}`);
}
