import { useEffect, useRef, useState } from 'preact/hooks';
import type { Stream } from '../../../wire/record.ts';
import type { Answer } from '../../api/http.ts';
import { type LiveConnection, openLive } from '../../api/live-socket.ts';
import { getLogs } from '../../api/query.ts';
import type { LogPage } from '../../api/types.ts';
import { LIVE_WINDOW_MS } from '../../lib/range.ts';
import { topicOf } from '../../lib/stream.ts';
import { now } from '../../state/clock.ts';
import { link } from '../../state/link.ts';
import { loadSession } from '../../state/session.ts';
import { arrive, EMPTY_TAIL, prepend, release, type Tail } from './tail.ts';

export type LiveState =
  | { kind: 'connecting' }
  | { kind: 'live' }
  | { kind: 'lost'; sinceMs: number; retryAtMs: number }
  | { kind: 'refused'; code: string; message: string };

export interface Live {
  tail: Tail;
  state: LiveState;
  /** The server could not give back what came while the link was lost. */
  gap: boolean;
  /** What was there before the link stood could not be loaded. */
  historyFailed: boolean;
  paused: boolean;
  setPaused: (paused: boolean) => void;
  /** While the reader looks at a row, nothing may move. */
  setReading: (reading: boolean) => void;
  showHeld: () => void;
  retry: () => void;
}

const FIRST_RECORDS = 200;

/** One subscription of a project, stream and filter, with the records before it, and a pause. */
export function useLive(project: string, stream: Stream | null, filter: string): Live {
  const [tail, setTail] = useState<Tail>(EMPTY_TAIL);
  const [state, setState] = useState<LiveState>({ kind: 'connecting' });
  const [gap, setGap] = useState(false);
  const [historyFailed, setHistoryFailed] = useState(false);
  const [paused, setPaused] = useState(false);
  const [reading, setReading] = useState(false);
  const hold = useRef(false);
  hold.current = paused || reading;
  const connection = useRef<LiveConnection | null>(null);

  useEffect(() => {
    setTail(EMPTY_TAIL);
    setGap(false);
    setHistoryFailed(false);
    const history = new AbortController();
    const pending = gather((records, dropped) => setTail((t) => arrive(t, records, dropped, hold.current)));
    let heardMs = now();
    let lostSinceMs: number | null = null;
    const live = openLive(
      { project, topic: topicOf(stream), filter },
      {
        connecting: () => setState((s) => (s.kind === 'lost' ? s : { kind: 'connecting' })),
        subscribed: (resumed) => {
          lostSinceMs = null;
          setState({ kind: 'live' });
          if (resumed) return;
          void before(project, stream, filter, history.signal).then((answer) => {
            if (answer.ok) setTail((t) => prepend(t, answer.value.records.toReversed()));
            else setHistoryFailed(answer.error.kind !== 'aborted');
          });
        },
        heard: () => {
          heardMs = now();
        },
        lost: (retryInMs) => {
          // A dead line is noticed seconds late; what is on screen ends where the server was last heard.
          lostSinceMs ??= heardMs;
          setState({ kind: 'lost', sinceMs: lostSinceMs, retryAtMs: now() + retryInMs });
        },
        refused: (code, message) => setState({ kind: 'refused', code, message }),
        records: pending.add,
        gap: () => setGap(true),
        checkSession: loadSession,
      },
    );
    connection.current = live;
    return () => {
      live.close();
      history.abort();
      pending.cancel();
      connection.current = null;
    };
  }, [project, stream, filter]);

  useEffect(() => {
    if (!paused && !reading) setTail(release);
  }, [paused, reading]);

  useEffect(() => {
    link.value =
      state.kind === 'lost'
        ? state
        : state.kind === 'live'
          ? { kind: paused ? 'paused' : 'live' }
          : state.kind === 'connecting'
            ? { kind: 'connecting' }
            : { kind: 'off' };
  }, [state, paused]);
  useEffect(
    () => () => {
      link.value = { kind: 'off' };
    },
    [],
  );

  return {
    tail,
    state,
    gap,
    historyFailed,
    paused,
    setPaused,
    setReading,
    showHeld: () => setTail(release),
    retry: () => connection.current?.retryNow(),
  };
}

type Deliver = (records: Tail['rows'], dropped: number) => void;

/** Many small updates a second become one a frame. A hidden tab has no frames, so a timer stands in. */
function gather(deliver: Deliver): { add: Deliver; cancel: () => void } {
  let records: Tail['rows'] = [];
  let dropped = 0;
  let frame = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const cancel = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    frame = 0;
    timer = undefined;
  };
  const flush = () => {
    cancel();
    const taken = records;
    const lost = dropped;
    records = [];
    dropped = 0;
    deliver(taken, lost);
  };
  return {
    cancel,
    add: (more, lost) => {
      records = records.length === 0 ? more : [...records, ...more];
      dropped += lost;
      if (frame === 0) frame = requestAnimationFrame(flush);
      timer ??= setTimeout(flush, 1_000);
    },
  };
}

function before(project: string, stream: Stream | null, q: string, signal: AbortSignal): Promise<Answer<LogPage>> {
  const toMs = now();
  // Records may be dated a little ahead of this clock.
  const scope = { project, stream, q, fromMs: toMs - LIVE_WINDOW_MS, toMs: toMs + 60_000 };
  return getLogs(scope, { limit: FIRST_RECORDS }, signal);
}
