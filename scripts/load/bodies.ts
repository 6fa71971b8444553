import { makeRecord, random } from '../../bench/lib/records.ts';

const TS = '{"ts":';
const DIGITS = 13;

interface Body {
  bytes: Buffer<ArrayBuffer>;
  /** Where the digits of each record's time are. */
  timesAt: number[];
}

/** Bodies that are made before the clock runs; each is used again with new times, and is another batch by its Idempotency-Key. */
export class Bodies {
  readonly #bodies: Body[];

  /** `run` is in every record, so that what follows and counts is of this run alone. */
  constructor(run: string, count: number, perBody: number) {
    const next = random(1);
    this.#bodies = Array.from({ length: count }, () => {
      const lines = Array.from({ length: perBody }, () => {
        const record = makeRecord(next, 10 ** (DIGITS - 1));
        return `${JSON.stringify({ ...record, attrs: { ...record.attrs, run } })}\n`;
      });
      const timesAt: number[] = [];
      let at = 0;
      for (const line of lines) {
        timesAt.push(at + TS.length);
        at += Buffer.byteLength(line);
      }
      return { bytes: Buffer.from(lines.join('')), timesAt };
    });
  }

  /** A copy whose records are of this moment. */
  body(serial: number, atMs: number): Buffer<ArrayBuffer> {
    const { bytes, timesAt } = this.#bodies[serial % this.#bodies.length] as Body;
    const copy = Buffer.from(bytes);
    const digits = String(Math.round(atMs));
    for (const at of timesAt) copy.write(digits, at, 'latin1');
    return copy;
  }
}
