/** snappyjs 0.7 has no types. Tests pack with it; the product has its own reader (src/ingest/snappy.ts). */
declare module 'snappyjs' {
  export function compress(uncompressed: Uint8Array): Uint8Array;
}
