import { concatBytes, utf8 } from '../shared/bytes.ts';

/** Writes the few small messages of OTLP's answers. Fields with their default are left out, as proto3 does. */
export class ProtobufWriter {
  readonly #parts: Uint8Array[] = [];

  /** `value`: a whole number from 0 to 2^53. */
  varint(field: number, value: number): this {
    if (value !== 0) this.#parts.push(varintBytes(field << 3), varintBytes(value));
    return this;
  }

  text(field: number, text: string): this {
    return text === '' ? this : this.#delimited(field, utf8(text));
  }

  message(field: number, message: ProtobufWriter): this {
    return this.#delimited(field, message.bytes());
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return concatBytes(this.#parts);
  }

  #delimited(field: number, bytes: Uint8Array): this {
    this.#parts.push(varintBytes((field << 3) | 2), varintBytes(bytes.byteLength), bytes);
    return this;
  }
}

function varintBytes(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
