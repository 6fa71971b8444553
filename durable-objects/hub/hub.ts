import { type Config, clockNowMs, type Env, parseConfig } from '../../src/env.ts';
import type { TelemetrySchema } from '../../src/etl/index.ts';
import type { Publication } from '../../src/journal/index.ts';
import { errorFrame } from '../../src/live/answers.ts';
import type { LiveError } from '../../src/live/errors.ts';
import { parseFrame } from '../../src/live/frame.ts';
import { Gather, type TelemetryFrame } from '../../src/live/gather.ts';
import { decodeIdentity, IDENTITY_HEADER, type LiveIdentity, type SocketMatch } from '../../src/live/identity.ts';
import { presenceLine } from '../../src/live/notice.ts';
import { mayCommand } from '../../src/live/permit.ts';
import type { Lines } from '../../src/live/update.ts';
import type { Gauge } from '../../src/observability/index.ts';
import { log } from '../../src/shared/log.ts';
import { MAX_SOCKETS_PER_PROJECT } from '../../src/wire/limits.ts';
import {
  CLOSE_RESTART,
  CLOSE_UNAUTHENTICATED,
  PING_FRAME,
  PONG_FRAME,
  SUBPROTOCOL,
  TOPIC_CLIENT_PREFIX,
} from '../../src/wire/protocol.ts';
import { MeasuredObject } from '../measured-object.ts';
import { appendGathered } from './append.ts';
import { HubEdges } from './edges.ts';
import { Ends } from './ends.ts';
import { Fanout } from './fanout.ts';
import { Feed } from './feed.ts';
import { Outlet } from './outlet.ts';
import { departed, HubSocket, Sockets, survivors } from './sockets.ts';
import { Subscriber } from './subscriber.ts';
import { HubSchema } from './telemetry.ts';

const PROJECT_KEY = 'project_id';

/**
 * Holds the sockets of a project: one object each. It forgets everything when it sleeps; identity and subscriptions are in the sockets'
 * attachments, the place in the journals in its storage.
 */
export class Hub extends MeasuredObject {
  readonly #sockets = new Sockets();
  readonly #outlet: Outlet;
  readonly #fanout: Fanout;
  readonly #feed: Feed;
  readonly #subscriber: Subscriber;
  readonly #gather: Gather<HubSocket>;
  readonly #ends: Ends;
  readonly #schema: HubSchema;
  readonly #config: Config;
  #knownProjectId: string | null;

  constructor(ctx: DurableObjectState, bindings: Env) {
    super(ctx, bindings, 'hub');
    const { env } = this;
    this.#config = parseConfig(env);
    this.#ends = new Ends(ctx.storage, this.#config.clockOffsetMs);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING_FRAME, PONG_FRAME));
    this.#knownProjectId = ctx.storage.kv.get<string>(PROJECT_KEY) ?? null;
    const projectId = () => this.#projectId();
    const edges = new HubEdges(env, projectId, () => this.#now());
    this.#schema = new HubSchema(env, ctx.storage, projectId, { alongside: () => edges.load() });
    const survived = survivors(ctx);
    this.#outlet = new Outlet(
      // Of a topic that is catching up, not the present: who resumed from that would lose what is still to be read.
      ({ replay }) => (replay ?? this.#feed.positions).encode(),
      (socket, code, reason) => this.#close(socket, code, reason),
      () => this.#sockets.all(),
    );
    this.#fanout = new Fanout(this.#outlet);
    this.#feed = new Feed(
      { env, storage: ctx.storage, fanout: this.#fanout, projectId, nowMs: () => this.#now() },
      survived.length > 0,
    );
    this.#subscriber = new Subscriber({
      env,
      sockets: this.#sockets,
      outlet: this.#outlet,
      fanout: this.#fanout,
      feed: this.#feed,
      projectId,
    });
    this.#gather = new Gather({
      append: (batch) => appendGathered(env, this.#config, projectId(), batch),
      answer: (socket, frame) => socket.send(frame),
      refuse: (socket, idJson, error) => this.#refuse(socket, idJson, error),
      pause: (ms) => scheduler.wait(ms),
      nowMs: () => this.#now(),
      pipeline: () => this.#schema.pipeline,
      edge: (socket) => edges.of(socket),
    });
    for (const { socket } of survived) this.#sockets.add(socket);
    for (const { socket, subscriptions } of survived) {
      // What the socket listened to is understood no more, by a newer version of the search language for one.
      if (!this.#subscriber.restore(socket, subscriptions)) this.#close(socket, CLOSE_RESTART, 'reconnect and resume');
    }
  }

  /** An upgrade that the Worker has checked (src/live/upgrade.ts). An answer without a socket: the project has as many as it may have. */
  override async fetch(request: Request): Promise<Response> {
    if (this.#sockets.size >= MAX_SOCKETS_PER_PROJECT) return new Response(null, { status: 503 });
    const identity = decodeIdentity(request.headers.get(IDENTITY_HEADER));
    if (this.#knownProjectId === null) {
      this.#knownProjectId = identity.projectId;
      this.ctx.storage.kv.put(PROJECT_KEY, identity.projectId);
    }
    const { 0: client, 1: ws } = new WebSocketPair();
    this.ctx.acceptWebSocket(ws);
    const socket = new HubSocket(ws, { identity, csrfVerified: identity.by.kind === 'key' });
    socket.save();
    this.#sockets.add(socket);
    this.report();
    if (this.#ends.hasEnded(identity, this.#now())) {
      this.#close(socket, CLOSE_UNAUTHENTICATED, 'the session or key has ended');
    } else {
      this.#present(identity, 'connected');
      await this.#ends.armFor(identity);
    }
    return new Response(null, { status: 101, webSocket: client, headers: { 'sec-websocket-protocol': SUBPROTOCOL } });
  }

  /** From a journal. False: nobody listens, stop publishing. */
  async publish(publication: Publication): Promise<{ attached: boolean }> {
    return { attached: await this.#feed.take(publication) };
  }

  /** Closes the sockets of a session, user or key that has ended, or will at `atMs`. Returns how many were closed now. */
  async closeWhere(match: SocketMatch, atMs: number): Promise<number> {
    this.#ends.add({ match, atMs }, this.#now());
    return await this.#closeEnded();
  }

  /** A new version of the schema for telemetry: every frame that comes after the answer goes by it. */
  useSchema(schema: TelemetrySchema): void {
    this.#schema.use(schema);
  }

  /** Notices to those who listen to the topic now; they are kept nowhere. A line has the form of a record. */
  announce(topic: string, lines: Lines): void {
    this.#fanout.notify(topic, lines, this.#feed.cursor());
  }

  override webSocketMessage(ws: WebSocket, message: string | ArrayBuffer): void | Promise<void> {
    const socket = this.#sockets.get(ws);
    if (!socket) return;
    const { expiresAtMs } = socket.identity;
    if (expiresAtMs !== null && expiresAtMs <= this.#now()) {
      return this.#refuse(socket, 'null', { kind: 'session_expired' });
    }
    const parsed = parseFrame(message);
    if (!parsed.ok) return this.#refuse(socket, parsed.error.idJson, parsed.error.error);
    const frame = parsed.value;
    if (frame.type === 'PING') return socket.send(PONG_FRAME);
    if (frame.type === 'UNSUBSCRIBE') return this.#subscriber.unsubscribe(socket, frame);
    const refusal = mayCommand(this.#config, socket, frame);
    if (refusal) return this.#refuse(socket, frame.idJson, refusal);
    if (!socket.csrfVerified) {
      socket.csrfVerified = true;
      socket.save();
    }
    if (frame.type === 'SUBSCRIBE') return this.#subscriber.subscribe(socket, frame);
    const { length } = message as string;
    if (this.#schema.isKnown) return this.#take(socket, frame, length);
    const loading = this.#schema.load(length);
    if (loading === null) return this.#refuse(socket, frame.idJson, { kind: 'overloaded' });
    return loading.then((isKnown) => {
      if (isKnown) this.#take(socket, frame, length);
      else this.#refuse(socket, frame.idJson, { kind: 'schema_away' });
    });
  }

  override webSocketClose(ws: WebSocket): void {
    this.#gone(ws);
  }

  override webSocketError(ws: WebSocket, error: unknown): void {
    log('warn', 'socket_error', { projectId: this.#knownProjectId, cause: String(error) });
    this.#gone(ws);
  }

  protected override get ownProjectId(): string | null {
    return this.#knownProjectId;
  }

  /** Some session or key has ended by now. */
  protected override async rang(): Promise<void> {
    await this.#closeEnded();
  }

  protected override gauges(): Gauge[] {
    const projectId = this.#knownProjectId;
    if (projectId === null) return [];
    return [{ gauge: 'sockets', projectId, owner: projectId, value: this.#sockets.size, atMs: this.#now() }];
  }

  #take(socket: HubSocket, frame: TelemetryFrame, chars: number): void {
    const refusal = this.#gather.add(socket, frame, chars);
    if (refusal) this.#refuse(socket, frame.idJson, refusal);
  }

  #refuse(socket: HubSocket, idJson: string, error: LiveError): void {
    socket.send(errorFrame(idJson, error));
    if (error.kind === 'key_revoked' || error.kind === 'session_expired') {
      this.#close(socket, CLOSE_UNAUTHENTICATED, 'the session or key has ended');
    }
  }

  async #closeEnded(): Promise<number> {
    const nowMs = this.#now();
    const ended = this.#ends.among(this.#sockets.all(), nowMs);
    for (const socket of ended) this.#close(socket, CLOSE_UNAUTHENTICATED, 'the session or key has ended');
    await this.#ends.arm(this.#sockets.all(), nowMs);
    return ended.length;
  }

  #close(socket: HubSocket, code: number, reason: string): void {
    if (!socket.isOpen) return;
    socket.ws.close(code, reason);
    this.#forget(socket);
  }

  #gone(ws: WebSocket): void {
    const socket = this.#sockets.get(ws);
    if (socket) {
      this.#forget(socket);
      return;
    }
    const identity = departed(ws);
    if (identity) this.#present(identity, 'disconnected');
  }

  #forget(socket: HubSocket): void {
    if (!this.#sockets.remove(socket)) return;
    this.#fanout.leaveAll(socket);
    this.report();
    this.#present(socket.identity, 'disconnected');
  }

  #present({ clientId }: LiveIdentity, event: 'connected' | 'disconnected'): void {
    if (clientId === null) return;
    const line = presenceLine({ clientId, event, sockets: this.#sockets.ofClient(clientId) }, this.#now());
    this.#fanout.notify(TOPIC_CLIENT_PREFIX + clientId, { ndjson: `${line}\n`, count: 1 }, this.#feed.cursor());
  }

  #projectId(): string {
    if (this.#knownProjectId === null) throw new Error('this hub has no project yet');
    return this.#knownProjectId;
  }

  #now(): number {
    return clockNowMs(this.#config);
  }
}
