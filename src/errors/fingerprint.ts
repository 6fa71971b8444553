import { sha256Hex } from '../shared/hash.ts';
import type { Json } from '../wire/record.ts';
import { stableFileName } from './file-name.ts';
import { stableFunction } from './function-name.ts';
import { faultOf, normaliseMessage } from './message.ts';
import type { Frame } from './stack/frame.ts';

/** Further down it says who called, which differs without the error being another one. */
const FRAMES_COUNTED = 5;
const FINGERPRINT_CHARS = 16;
/** A sender's own one. */
const MAX_OWN_PARTS = 16;
const MAX_OWN_CHARS = 256;
/** In a sender's own one: what would have been ours. As Sentry has it. */
const DEFAULT = /^\{\{ ?default ?\}\}$/;

export interface Fault {
  type: string;
  message: string;
  frames: readonly Frame[];
  /** `attrs.fingerprint`. */
  own: Json | undefined;
}

/**
 * 16 hex digits that are the same for the same error (docs/adr/0016-what-makes-two-errors-the-same.md): type, message without what varies, and the topmost frames of the
 * application, each as file and function without what a build changes. A sender that knows better says so with `attrs.fingerprint`.
 */
export function fingerprintOf(fault: Fault): string {
  const own = ownParts(fault.own);
  if (own === null) return hashed(partsOf(fault));
  return hashed(['own', ...own.flatMap((part) => (DEFAULT.test(part) ? partsOf(fault) : [part]))]);
}

function partsOf({ type, message, frames }: Fault): string[] {
  const places = placesOf(frames);
  // Where a named function says where it was, engines may word it as they like; without one the words are all there is.
  const isPlaced = places.some(({ name }) => name !== '');
  const words = (isPlaced ? faultOf(message) : null) ?? normaliseMessage(message);
  return ['1', type, words, ...places.map(({ file, name }) => `${name} ${file}`)];
}

/** Of a recursion each function counts once, however deep it was. */
function placesOf(frames: readonly Frame[]): { file: string; name: string }[] {
  const places = new Map<string, { file: string; name: string }>();
  for (const { inApp, file, function: called } of frames) {
    if (!inApp) continue;
    const place = { file: file === null ? '' : stableFileName(file), name: stableFunction(called) };
    places.set(`${place.name} ${place.file}`, place);
    if (places.size === FRAMES_COUNTED) break;
  }
  return [...places.values()];
}

function ownParts(own: Json | undefined): string[] | null {
  const parts = (Array.isArray(own) ? own : [own]).filter(
    (part) => typeof part === 'string' || typeof part === 'number',
  );
  const texts = parts.map((part) => String(part).trim().slice(0, MAX_OWN_CHARS)).filter((text) => text !== '');
  return texts.length === 0 ? null : texts.slice(0, MAX_OWN_PARTS);
}

function hashed(parts: readonly string[]): string {
  return sha256Hex(JSON.stringify(parts)).slice(0, FINGERPRINT_CHARS);
}
