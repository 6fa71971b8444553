/** Clients of `/ws/telemetry` for fault tests: publishers that keep frames in flight, and a subscriber that resumes from its last cursor. */
import { random } from '../../bench/lib/records.ts';
import { BEARER_SUBPROTOCOL_PREFIX, type ServerFrame, SUBPROTOCOL, TOPIC_ALL } from '../../src/wire/protocol.ts';
import type { LogRecord } from '../../src/wire/record.ts';
import type { Project } from './project.ts';
import { type Batch, type BatchKind, type Load, recordOf, type Target } from './writers.ts';

const MAX_FRAME_RECORDS = 40;
const FRAMES_IN_FLIGHT = 6;

interface Frame {
  batch: Batch;
  text: string;
}

/** A keyed frame carries a batchId and is repeated until it is acknowledged; a bare one is sent once. */
export function startPublishers(options: { target: Target; project: Project; publishers: number; seed: number }): Load {
  const load = { batches: [] as Batch[], surprises: [] as string[] };
  let stopping = false;
  const runs = Array.from({ length: options.publishers }, async (_, publisher) => {
    const next = random(options.seed + 1_000 + publisher);
    let serial = 0;
    const draft = (): Frame | null => {
      if (stopping) return null;
      const frame = draftFrame(`s${publisher}-${serial++}`, options.project.id, next);
      load.batches.push(frame.batch);
      return frame;
    };
    let unanswered: Frame[] = [];
    while (!stopping || unanswered.length > 0) {
      await publish({
        url: await options.target.url,
        key: options.project.key,
        unanswered,
        draft,
        surprises: load.surprises,
      });
      // A bare frame without an answer may be stored or not: sending it again could store it twice.
      unanswered = unanswered.filter(({ batch }) => batch.kind === 'keyed frame');
      for (const { batch } of unanswered) batch.repeated = true;
    }
  });
  return {
    ...load,
    async stop() {
      stopping = true;
      await Promise.all(runs);
    },
  };
}

function draftFrame(id: string, project: string, next: () => number): Frame {
  const kind: BatchKind = next() < 1 / 2 ? 'keyed frame' : 'bare frame';
  const size = 1 + Math.floor(next() ** 2 * MAX_FRAME_RECORDS);
  const payload = Array.from({ length: size }, (_, index) => recordOf(id, index));
  const frame = { type: 'TELEMETRY', id, project, payload, ...(kind === 'keyed frame' ? { batchId: id } : {}) };
  return { batch: { id, kind, size, broken: 0, acknowledged: false, repeated: false }, text: JSON.stringify(frame) };
}

interface Publishing {
  url: string;
  key: string;
  /** Sent and not yet answered; what is left when the connection ends stays here. */
  unanswered: Frame[];
  /** The next frame; null when there are to be no more. */
  draft(): Frame | null;
  surprises: string[];
}

/** Keeps frames in flight over one socket, until the connection ends or everything is answered and there is no more. */
async function publish({ url, key, unanswered, draft, surprises }: Publishing): Promise<void> {
  const socket = open(url, key);
  const refill = (): void => {
    while (unanswered.length < FRAMES_IN_FLIGHT) {
      const frame = draft();
      if (!frame) break;
      unanswered.push(frame);
      socket.send(frame.text);
    }
    if (unanswered.length === 0) socket.close();
  };
  await new Promise<void>((resolve) => {
    socket.addEventListener('open', () => {
      for (const { text } of unanswered) socket.send(text);
      refill();
    });
    socket.addEventListener('message', ({ data }) => {
      const answer = JSON.parse(String(data)) as ServerFrame;
      if (answer.type === 'ERROR' && answer.retryAfterSeconds !== undefined) {
        socket.close(); // the journal is not there yet, or no longer: once more over a new connection
        return;
      }
      const at = unanswered.findIndex(({ batch }) => 'id' in answer && batch.id === answer.id);
      const [frame] = at < 0 ? [] : unanswered.splice(at, 1);
      if (frame && answer.type === 'ACK') frame.batch.acknowledged = true;
      const fine =
        frame && answer.type === 'ACK' && answer.received === frame.batch.size && answer.stored === frame.batch.size;
      if (!fine) surprises.push(`${frame?.batch.kind} ${frame?.batch.id} of ${frame?.batch.size}: ${data}`);
      refill();
    });
    socket.addEventListener('close', () => resolve());
    socket.addEventListener('error', () => resolve());
  });
  socket.close();
}

export interface Subscriber {
  /** In the order in which they came. */
  records: LogRecord[];
  /** What the server said that it left out. */
  dropped: number;
  /** How often it went on from a cursor. */
  resumed: number;
  /** What the server said beside records. */
  notes: string[];
  stop(): void;
}

/** Listens to everything; after each lost connection it goes on from the last cursor that it saw. Returns once it is subscribed. */
export async function startSubscriber(target: Target, project: Project): Promise<Subscriber> {
  let socket: WebSocket | null = null;
  let cursor: string | null = null;
  let stopping = false;
  const subscriber: Subscriber = {
    records: [],
    dropped: 0,
    resumed: 0,
    notes: [],
    stop() {
      stopping = true;
      socket?.close();
    },
  };
  const listen = async (isListening: () => void): Promise<void> => {
    const opened = open(await target.url, project.key);
    socket = opened;
    await new Promise<void>((resolve) => {
      opened.addEventListener('open', () => {
        if (cursor !== null) subscriber.resumed++;
        const since = cursor === null ? {} : { since: cursor };
        opened.send(JSON.stringify({ type: 'SUBSCRIBE', project: project.id, topics: [TOPIC_ALL], ...since }));
      });
      opened.addEventListener('message', ({ data }) => {
        const frame = JSON.parse(String(data)) as ServerFrame;
        if (frame.type !== 'UPDATE') subscriber.notes.push(String(data));
        if (frame.type === 'ERROR') opened.close(); // not ready yet: once more from the same cursor
        if (frame.type !== 'SUBSCRIBED' && frame.type !== 'UPDATE') return;
        cursor = frame.cursor;
        isListening();
        if (frame.type === 'SUBSCRIBED') return;
        subscriber.records.push(...frame.records);
        subscriber.dropped += frame.dropped ?? 0;
      });
      opened.addEventListener('close', () => resolve());
      opened.addEventListener('error', () => resolve());
    });
  };
  await new Promise<void>((resolve) => {
    void (async () => {
      while (!stopping) await listen(resolve);
    })();
  });
  return subscriber;
}

function open(url: string, key: string): WebSocket {
  return new WebSocket(`${url.replace('http', 'ws')}/ws/telemetry`, [SUBPROTOCOL, BEARER_SUBPROTOCOL_PREFIX + key]);
}
