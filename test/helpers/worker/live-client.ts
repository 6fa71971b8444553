import { exports } from 'cloudflare:workers';
import { SUBPROTOCOL } from '../../../src/wire/protocol.ts';
import type { Json, LogRecord } from '../../../src/wire/record.ts';
import { createKey, createProject } from './accounts.ts';
import { ORIGIN, type SignedIn } from './call-app.ts';
import { until } from './until.ts';

export interface OpenOptions {
  project: string;
  key?: string;
  /** A session: sends its cookie and our own origin. */
  as?: SignedIn;
  client?: string;
  /** The URL does not say the project; frames do. */
  unnamed?: boolean;
  /** Instead of what the protocol asks for. */
  headers?: Record<string, string>;
  /** False: a program, which says no origin. */
  fromPage?: boolean;
}

/** Whatever the server sends: tests look at the fields that the type of a frame has. */
export interface AnyFrame {
  type: string;
  id?: string | number | null;
  topic?: string;
  topics?: string[];
  records?: LogRecord[];
  cursor?: string;
  dropped?: number;
  code?: string;
  message?: string;
  presence?: Record<string, number>;
  [other: string]: unknown;
}

export function upgrade(options: OpenOptions): Promise<Response> {
  const headers = new Headers({ upgrade: 'websocket', 'sec-websocket-protocol': SUBPROTOCOL });
  if (options.key !== undefined) headers.set('authorization', `Bearer ${options.key}`);
  if (options.as) {
    headers.set('cookie', options.as.cookie);
    if (options.fromPage !== false) headers.set('origin', ORIGIN);
  }
  for (const [name, value] of Object.entries(options.headers ?? {})) headers.set(name, value);
  const url = new URL('/ws/telemetry', ORIGIN);
  if (!options.unnamed) url.searchParams.set('project', options.project);
  if (options.client !== undefined) url.searchParams.set('client', options.client);
  return exports.default.fetch(new Request(url, { headers }));
}

/** A client of /ws/telemetry that keeps every frame it gets. */
export class LiveClient {
  readonly frames: AnyFrame[] = [];
  readonly project: string;
  /** The text of the last frame. */
  lastText = '';
  closed: { code: number; reason: string } | null = null;
  readonly #socket: WebSocket;
  /** Frames before this index have been read. */
  #read = 0;

  private constructor(socket: WebSocket, project: string) {
    this.#socket = socket;
    this.project = project;
    socket.addEventListener('message', ({ data }) => {
      this.lastText = String(data);
      this.frames.push(JSON.parse(this.lastText));
    });
    socket.addEventListener('close', ({ code, reason }) => {
      this.closed = { code, reason };
    });
    socket.accept();
  }

  static async open(options: OpenOptions): Promise<LiveClient> {
    const response = await upgrade(options);
    if (!response.webSocket) throw new Error(`the upgrade answered ${response.status}: ${await response.text()}`);
    return LiveClient.of(response, options.project);
  }

  /** Of an upgrade that was answered with 101. */
  static of({ webSocket }: Response, project: string): LiveClient {
    if (!webSocket) throw new Error('the answer has no socket');
    return new LiveClient(webSocket, project);
  }

  /** Objects go out as JSON with the project in them; strings and bytes as they are. */
  send(frame: Record<string, unknown> | string | ArrayBuffer): void {
    const isObject = typeof frame === 'object' && !(frame instanceof ArrayBuffer);
    this.#socket.send(isObject ? JSON.stringify({ project: this.project, ...frame }) : frame);
  }

  /** The next frame that has not been read yet. */
  async next(): Promise<AnyFrame> {
    await until('another frame', () => this.frames.length > this.#read);
    return this.frames[this.#read++] as AnyFrame;
  }

  async ask(frame: Record<string, unknown> | string | ArrayBuffer): Promise<AnyFrame> {
    this.send(frame);
    return await this.next();
  }

  /** Subscribes, and returns the cursor of the answer. */
  async subscribe(topics: string[], more: Record<string, unknown> = {}): Promise<string> {
    const answer = await this.ask({ type: 'SUBSCRIBE', topics, ...more });
    if (answer.type !== 'SUBSCRIBED' || answer.cursor === undefined) throw new Error(JSON.stringify(answer));
    return answer.cursor;
  }

  /** Reads updates of one topic until it has this many records or the given message has come, and returns all messages. */
  async messages(count: number, topic = 'logs'): Promise<string[]> {
    const seen = () => this.updates(topic).flatMap(({ records }) => records ?? []);
    await until(`${count} records of ${topic}`, () => seen().length >= count);
    this.#read = this.frames.length;
    return seen().map(({ message }) => message);
  }

  updates(topic: string): AnyFrame[] {
    return this.frames.filter((frame) => frame.type === 'UPDATE' && frame.topic === topic);
  }

  /** Waits until the server has answered everything sent so far: a PING in a spelling that reaches the hub. */
  async settled(): Promise<void> {
    const before = this.frames.filter(({ type }) => type === 'PONG').length;
    this.send('{ "type": "PING" }');
    await until('the PONG', () => this.frames.filter(({ type }) => type === 'PONG').length > before);
    this.#read = this.frames.length;
  }

  async closing(): Promise<{ code: number; reason: string }> {
    await until('the socket is closed', () => this.closed !== null);
    return this.closed as { code: number; reason: string };
  }

  close(): void {
    this.#socket.close(1000, 'done');
  }
}

export interface LiveProject {
  project: string;
  keyId: string;
  key: string;
  open(more?: Partial<OpenOptions>): Promise<LiveClient>;
}

/** A project with a key that may send and read. */
export async function liveProject(): Promise<LiveProject> {
  const { id: project } = await createProject('Live');
  const { id: keyId, key } = await createKey(project, ['ingest', 'query']);
  return { project, keyId, key, open: (more = {}) => LiveClient.open({ project, key, ...more }) };
}

/** Stores records as another sender would, over HTTP. */
export async function ingest({ key }: Pick<LiveProject, 'key'>, records: Json): Promise<void> {
  const answer = await exports.default.fetch(
    new Request(new URL('/api/ingest', ORIGIN), {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify(records),
    }),
  );
  if (answer.status !== 202) throw new Error(`ingest answered ${answer.status}: ${await answer.text()}`);
}

export function numbered(count: number, prefix: string, from = 0): { message: string }[] {
  return Array.from({ length: count }, (_, i) => ({ message: `${prefix} ${from + i}` }));
}
