import type { Severity } from './alerts.ts';
import type { BreakerState } from './delivery.ts';
import type { DataType } from './etl.ts';
import type { Rejection } from './ingest.ts';
import type { Json, LogRecord } from './record.ts';

/** The socket protocol of `GET /ws/telemetry`. Text frames, one JSON object each, told apart by `type`. */
export const SUBPROTOCOL = 'dashboard-v1.3+telemetry';
/** A key may travel as a second subprotocol, because browsers cannot set headers on a WebSocket: `bearer.<key>`. */
export const BEARER_SUBPROTOCOL_PREFIX = 'bearer.';
/** All streams of the project. */
export const TOPIC_ALL = 'telemetry.live';
/** Presence of one client: `client:<id>`. */
export const TOPIC_CLIENT_PREFIX = 'client:';
/** Changes of firings, breakers and dead letters. */
export const TOPIC_HEALTH = 'health';
/** Exactly these bytes are answered by the runtime without waking the hub. */
export const PING_FRAME = '{"type":"PING"}';
export const PONG_FRAME = '{"type":"PONG"}';

/** The session or key behind the socket has ended; reconnecting with the same one is pointless. */
export const CLOSE_UNAUTHENTICATED = 4401;
/** The server has changed under the socket: reconnect and resume. (IANA: Service Restart.) */
export const CLOSE_RESTART = 1012;
/** The client has read nothing for a minute: it should reconnect and resume from its last cursor. */
export const CLOSE_TOO_SLOW = 4408;

/** Chosen by the client, echoed in the answer. At most MAX_IDENTIFIER_CHARS characters. */
export type FrameId = string | number;

export type ClientFrame =
  | {
      type: 'SUBSCRIBE';
      id?: FrameId;
      project: string;
      /** Streams, TOPIC_ALL, TOPIC_HEALTH, `client:<id>`. A topic that is subscribed already takes the new filter. */
      topics: string[];
      /** A search (docs/search.md) that records must match. */
      filter?: string;
      /** The last `cursor` of these topics that the client saw: it gets everything after it, once. */
      since?: string;
      csrf?: string;
    }
  | { type: 'UNSUBSCRIBE'; id?: FrameId; topics: string[] }
  | {
      type: 'TELEMETRY';
      id?: FrameId;
      project: string;
      dataType?: DataType;
      /** One record or an array of them; of YAML its text, of BINARY its bytes as base64. */
      payload: Json;
      /** As `Idempotency-Key` over HTTP: the same id within 24 h gets the first answer. Such a frame is written alone. */
      batchId?: string;
      csrf?: string;
    }
  | { type: 'PING' };

export type ServerFrame =
  | {
      type: 'SUBSCRIBED';
      id?: FrameId;
      topics: string[];
      /** Of each of these topics, until its first UPDATE. */
      cursor: string;
      /** Open sockets of each client that a `client:<id>` topic names. */
      presence?: Record<string, number>;
    }
  | { type: 'UNSUBSCRIBED'; id?: FrameId; topics: string[] }
  | {
      type: 'UPDATE';
      topic: string;
      /** May be empty: then the frame moves the cursor, or says what was dropped. */
      records: LogRecord[];
      /** Resumes this topic: `since` gives everything after it, once. Keep the last of each topic. */
      cursor: string;
      /** Records that this client missed before this frame: it was too slow, or resumed from too long ago. */
      dropped?: number;
    }
  | {
      type: 'ACK';
      id: FrameId | null;
      /** Only for a socket opened with ?acks=gathered: all the frames that this answers, in order; `id` is null then. */
      ids?: (FrameId | null)[];
      received: number;
      stored: number;
      duplicate: number;
      rejected: number;
      errors?: Rejection[];
      /** The answer that an earlier frame with this `batchId` got. */
      replayed?: true;
    }
  | { type: 'ERROR'; id?: FrameId; code: string; message: string; retryAfterSeconds?: number }
  | { type: 'PONG' };

/** What a presence notice carries in `attrs`; it travels as a record of stream `logs` with type `presence`, and is not stored. */
export interface PresenceAttrs {
  clientId: string;
  event: 'connected' | 'disconnected';
  /** Open sockets of this client after the event. */
  sockets: number;
}

/**
 * What a notice of TOPIC_HEALTH carries in `attrs`: a record of stream `logs` with type `health`, not stored. It says what changed and no more; how things
 * stand is for `GET /api/health/pulse` to say.
 */
export type HealthChange =
  | { change: 'firing'; firingId: string; ruleId: string; severity: Severity; state: 'firing' | 'resolved' }
  | { change: 'breaker'; destinationId: string; from: BreakerState; to: BreakerState }
  | { change: 'dead_letters'; destinationId: string; deadLetters: number };
