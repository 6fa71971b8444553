import type { Json, LogRecord, Stream } from './record.ts';

/** The socket protocol of `GET /ws/telemetry`. Text frames, one JSON object each, told apart by `type`. */
export const SUBPROTOCOL = 'dashboard-v1.3+telemetry';
/** A key may travel as a second subprotocol, because browsers cannot set headers on a WebSocket: `bearer.<key>`. */
export const BEARER_SUBPROTOCOL_PREFIX = 'bearer.';
/** All streams of the project. */
export const TOPIC_ALL = 'telemetry.live';
/** Presence of one client: `client:<id>`. */
export const TOPIC_CLIENT_PREFIX = 'client:';
/** Exactly these bytes are answered by the runtime without waking the hub. */
export const PING_FRAME = '{"type":"PING"}';
export const PONG_FRAME = '{"type":"PONG"}';

export type ClientFrame =
  | { type: 'SUBSCRIBE'; id?: string; project: string; topics: string[]; filter?: string; since?: string; csrf?: string }
  | { type: 'UNSUBSCRIBE'; id?: string; topics: string[] }
  | { type: 'TELEMETRY'; id?: string; project: string; dataType?: 'JSON'; payload: Json; csrf?: string }
  | { type: 'PING' };

export type ServerFrame =
  | { type: 'SUBSCRIBED'; id?: string; topics: string[]; cursor: string }
  | { type: 'UNSUBSCRIBED'; id?: string; topics: string[] }
  | { type: 'UPDATE'; topic: string; records: LogRecord[]; cursor: string; dropped?: number }
  | {
      type: 'ACK';
      id: string | null;
      received: number;
      stored: number;
      duplicate: number;
      rejected: number;
      errors?: { index: number; pointer: string; reason: string }[];
    }
  | { type: 'ERROR'; id?: string; code: string; message: string }
  | { type: 'PONG' };

/** What a presence notice carries in `attrs`; it travels as a record of stream `logs` with type `presence`, and is not stored. */
export interface PresenceAttrs {
  clientId: string;
  event: 'connected' | 'disconnected';
  sockets: number;
}

/** `logs` and the other streams are topics of their own; null where the topic is no stream. */
export function topicStream(topic: string, isStream: (s: unknown) => s is Stream): Stream | null {
  return isStream(topic) ? topic : null;
}
