/** Below this the buffer is kept between units; above, one long unit would hold its memory for as long as the stream runs. */
const KEEP_BYTES = 256 * 1024;
const FIRST_BYTES = 64 * 1024;

/** The bytes that are not used up yet, in one piece: `bytes` from `start` to `end`. Chunks are copied, so that whoever sent them may reuse them. */
export class Held {
  bytes = new Uint8Array(0);
  start = 0;
  end = 0;

  append(chunk: Uint8Array): void {
    const size = this.end - this.start;
    const needed = size + chunk.byteLength;
    const wasteful = this.bytes.byteLength > KEEP_BYTES && needed < KEEP_BYTES / 2;
    if (needed > this.bytes.byteLength || wasteful) {
      // Twice as much as is needed: a unit that grows chunk by chunk is copied a few times and not once a chunk.
      const larger = new Uint8Array(Math.max(FIRST_BYTES, needed + Math.min(needed, 1024 * 1024)));
      larger.set(this.bytes.subarray(this.start, this.end));
      this.bytes = larger;
    } else if (this.end + chunk.byteLength > this.bytes.byteLength) {
      this.bytes.copyWithin(0, this.start, this.end);
    } else {
      this.bytes.set(chunk, this.end);
      this.end += chunk.byteLength;
      return;
    }
    this.bytes.set(chunk, size);
    this.start = 0;
    this.end = needed;
  }
}
