import { once } from 'node:events';
import net from 'node:net';

/** The client's half of RFC 6455, as far as measurements and fault tests need it: text frames, no fragments, no extensions. */
export class RawSocket {
  /** A whole message. Null: payloads are only measured, not put together. */
  onMessage: ((message: Buffer) => void) | null = null;
  /** Payload bytes, where onMessage is null. */
  onBytes: ((bytes: number) => void) | null = null;
  /** All messages of one read were handed over. */
  onChunkEnd: (() => void) | null = null;
  readonly #socket: net.Socket;
  #rest: Buffer = Buffer.alloc(0);
  /** Payload bytes still to come of a frame whose header has been read; only where onMessage is null. */
  #remaining = 0;

  private constructor(socket: net.Socket, rest: Buffer) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', fail);
    socket.on('close', () => fail(new Error('the server closed a socket')));
    if (rest.length > 0) setImmediate(() => this.#read(rest));
  }

  static async open(url: string, protocols: readonly string[]): Promise<RawSocket> {
    const { hostname, port, pathname, search } = new URL(url);
    const socket = net.connect(Number(port), hostname);
    socket.setNoDelay(true);
    socket.write(
      `GET ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n` +
        (protocols.length > 0 ? `Sec-WebSocket-Protocol: ${protocols.join(', ')}\r\n\r\n` : '\r\n'),
    );
    let head = Buffer.alloc(0);
    while (head.indexOf('\r\n\r\n') < 0) {
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      head = Buffer.concat([head, chunk]);
    }
    const end = head.indexOf('\r\n\r\n') + 4;
    if (!head.toString('latin1').startsWith('HTTP/1.1 101')) throw new Error(head.toString());
    return new RawSocket(socket, head.subarray(end));
  }

  /** A masked text frame; the mask is zero, so the payload stays as it is. */
  static frame(text: string): Buffer {
    const payload = Buffer.from(text);
    const { length } = payload;
    const header =
      length < 126
        ? Buffer.from([0x81, 0x80 | length])
        : length < 65_536
          ? Buffer.from([0x81, 0x80 | 126, length >> 8, length & 255])
          : Buffer.from([0x81, 0x80 | 127, 0, 0, 0, 0, ...[24, 16, 8, 0].map((shift) => (length >>> shift) & 255)]);
    return Buffer.concat([header, Buffer.alloc(4), payload]);
  }

  /** Reads nothing any more: what arrives fills the kernel's buffers, then the server's. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Without the close handshake, as a client that dies. */
  destroy(): void {
    this.#socket.removeAllListeners('close');
    this.#socket.destroy();
  }

  write(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  #read(chunk: Buffer): void {
    let at = 0;
    if (this.#remaining > 0) {
      at = Math.min(this.#remaining, chunk.length);
      this.#remaining -= at;
      this.onBytes?.(at);
    }
    const data = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    while (data.length - at >= 2) {
      const short = (data[at + 1] as number) & 127;
      const header = short === 126 ? 4 : short === 127 ? 10 : 2;
      if (data.length - at < header) break;
      const length = short === 126 ? data.readUInt16BE(at + 2) : short === 127 ? data.readUInt32BE(at + 6) : short;
      const here = Math.min(length, data.length - at - header);
      if (this.onMessage === null) {
        this.onBytes?.(here);
        this.#remaining = length - here;
        at += header + here;
      } else {
        if (here < length) break;
        this.onMessage(data.subarray(at + header, at + header + length));
        at += header + length;
      }
    }
    this.#rest = at < data.length ? Buffer.from(data.subarray(at)) : Buffer.alloc(0);
    this.onChunkEnd?.();
  }
}

function fail(error: Error): never {
  throw error;
}
