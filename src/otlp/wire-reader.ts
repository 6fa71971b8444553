import { ProtobufReader } from '../shared/protobuf.ts';
import { MAX_ATTRS_PROPERTIES } from '../wire/limits.ts';
import { type Flaw, TOO_MANY_PROPERTIES } from './fields.ts';
import { type Instant, instantOfHalves } from './instant.ts';

const BROKEN_TEXT: Flaw = { pointer: '', reason: 'holds a text that is not valid UTF-8' };

/** Protobuf as OTLP's messages are read: record by record, each of them with what is wrong with it alone. */
export class WireReader extends ProtobufReader {
  #flaw: Flaw | null = null;
  #properties = 0;

  /** What is wrong with the record that is being read, and only with it. */
  get flaw(): Flaw | null {
    return this.#flaw ?? (this.textBroken ? BROKEN_TEXT : null);
  }

  set flaw(flaw: Flaw | null) {
    this.#flaw = flaw;
  }

  /** A record begins, or a resource or another part that is read by itself. */
  begin(flaw: Flaw | null): void {
    this.#flaw = flaw;
    this.textBroken = false;
    this.#properties = 0;
  }

  /** Whether the record may have one more attribute, element or event: a few bytes make an object, and a body has millions of them. */
  hasRoom(): boolean {
    if (++this.#properties <= MAX_ATTRS_PROPERTIES) return true;
    this.flaw ??= TOO_MANY_PROPERTIES;
    return false;
  }

  /** Unix nanoseconds (fixed64). */
  instant(): Instant | null {
    const low = this.fixed32();
    return instantOfHalves(this.fixed32(), low);
  }
}
