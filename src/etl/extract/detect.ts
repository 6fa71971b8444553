import type { BinaryFormat } from './binary-format.ts';
import { cbor } from './cbor.ts';
import { MORE } from './item-scan.ts';
import { messagePack } from './msgpack.ts';

/** As much as is looked at where the first byte means something in both formats. Records are a few hundred bytes; both readings of several are compared. */
const WINDOW_BYTES = 4096;

const FORMATS_BY_CONTENT_TYPE: Readonly<Record<string, BinaryFormat>> = {
  'application/msgpack': messagePack,
  'application/x-msgpack': messagePack,
  'application/vnd.msgpack': messagePack,
  'application/cbor': cbor,
  'application/cbor-seq': cbor,
};

/** Null where the content type does not say which of the formats it is. */
export function formatOf(contentType: string | null): BinaryFormat | null {
  const essence = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return FORMATS_BY_CONTENT_TYPE[essence] ?? (essence.endsWith('+cbor') ? cbor : null);
}

export type Detected = BinaryFormat | 'neither' | typeof MORE;

/**
 * Which format the input is in, by its first bytes. Records are maps or arrays of maps, and their keys are text. Only the first bytes 0x80 to
 * 0x9b and 0x9f can begin such a thing in both (a small map or array of MessagePack, an array of CBOR): then the format in which record follows
 * upon record for longer is the right one, MessagePack where neither is.
 */
export function detect(bytes: Uint8Array, start: number, end: number, isLast: boolean): Detected {
  const first = bytes[start];
  if (first === undefined || start >= end) return isLast ? 'neither' : MORE;
  const mark = cbor.prefixBytes(bytes, start, end);
  if (mark > 0) return cbor;
  if (mark === MORE && !isLast) return MORE;
  const candidates = [messagePack, cbor].filter((format) => mayBegin(format, bytes, start, end));
  if (candidates.length < 2) return candidates[0] ?? 'neither';
  if (end - start < WINDOW_BYTES && !isLast) return MORE;
  const to = Math.min(end, start + WINDOW_BYTES);
  return recordsUpTo(cbor, bytes, start, to) > recordsUpTo(messagePack, bytes, start, to) ? cbor : messagePack;
}

/** By the first byte alone: a map or an array. */
function mayBegin(format: BinaryFormat, bytes: Uint8Array, at: number, end: number): boolean {
  return format.beginsMap(bytes[at] as number) || format.openArray(bytes, at, end) !== null;
}

/** Where the first thing stands that is no record or is not all there; `end` where there is none. */
function recordsUpTo(format: BinaryFormat, bytes: Uint8Array, start: number, end: number): number {
  const scan = format.newScan();
  for (let at = start; at < end; ) {
    if (!looksLikeRecord(format, bytes, at, end)) return at;
    scan.reset();
    const next = scan.run(bytes, at, end);
    // A value that is cut says more for its format than one that breaks, and less than what follows it would.
    if (next === MORE) return at + 0.5;
    if (next < 0 || scan.isBadText) return at;
    at = next;
  }
  return end;
}

/** A map whose first key is text, or an array whose first element is one. Bytes that are not there are given the benefit of the doubt. */
function looksLikeRecord(format: BinaryFormat, bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  const array = format.openArray(bytes, at, end);
  if (array === MORE) return true;
  if (array !== null) {
    if (array.elements === 0) return true;
    at += array.headerBytes;
    if (at >= end) return true;
  }
  const byte = bytes[at] as number;
  if (!format.beginsMap(byte)) return false;
  const key = at + format.mapHeaderBytes(byte);
  return key >= end || format.isEmptyMap(byte) || format.beginsText(bytes[key] as number);
}
