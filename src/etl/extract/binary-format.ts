import type { Json } from '../../wire/record.ts';
import type { ItemScan, MORE } from './item-scan.ts';

/** An array's header, null where the value is none, MORE where its bytes are not all there. */
export type Opened = { headerBytes: number; elements: number } | null | typeof MORE;

/** What the extractor must know of MessagePack or CBOR. Positions are of `bytes`, which hold input up to `end`. */
export interface BinaryFormat {
  readonly name: string;
  newScan(): ItemScan;
  /** The value of the bytes that the scan has found. Throws where they are none. */
  decode(bytes: Uint8Array): Json;
  openArray(bytes: Uint8Array, at: number, end: number): Opened;
  /** The bytes of a mark before a value that says which format it is. */
  prefixBytes(bytes: Uint8Array, at: number, end: number): number;
  /** The end of an array of indefinite length. */
  isBreak(byte: number): boolean;
  beginsMap(byte: number): boolean;
  isEmptyMap(byte: number): boolean;
  /** The bytes of the header of a map that begins with this byte. */
  mapHeaderBytes(byte: number): number;
  beginsText(byte: number): boolean;
}
