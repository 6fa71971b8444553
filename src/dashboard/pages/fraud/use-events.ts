import { useEffect, useRef, useState } from 'preact/hooks';
import type { Verdict } from '../../../wire/fraud.ts';
import { type EventQuery, listEvents, type Period } from '../../api/fraud.ts';
import type { ApiError } from '../../api/http.ts';
import { now } from '../../state/clock.ts';
import { link } from '../../state/link.ts';
import { type EventList, firstPage, newest, older, release, withVerdict } from './event-list.ts';

const PAGE = 200;
const EVERY_MS = 5_000;

export interface Events {
  list: EventList | null;
  error: ApiError | null;
  loading: boolean;
  /** Since when the newest cannot be asked for; null while they can. */
  lostSinceMs: number | null;
  paused: boolean;
  setPaused: (paused: boolean) => void;
  /** While the reader looks at a row, nothing may move. */
  setReading: (reading: boolean) => void;
  showHeld: () => void;
  loadOlder: () => void;
  retry: () => void;
  decided: (id: string, verdict: Verdict | null) => void;
}

/** The stream of a time and filters, newest first, asked for again every few seconds where the time goes up to now. */
export function useEvents(project: string, span: Period, filters: EventQuery, live: boolean): Events {
  const [state, setState] = useState<{ list: EventList | null; error: ApiError | null; loading: boolean }>({
    ...{ list: null, error: null, loading: true },
  });
  const [lostSinceMs, setLost] = useState<number | null>(null);
  const [paused, setPaused] = useState(false);
  const [reading, setReading] = useState(false);
  const [round, setRound] = useState(0);
  const hold = useRef(false);
  hold.current = reading;
  /** The request for what is older, while it is on its way. */
  const rest = useRef<AbortController | null>(null);
  const { fromMs, toMs } = span;
  // A time that goes up to now takes what comes after it was chosen.
  const asked = { fromMs, toMs: live ? null : toMs };
  const key = JSON.stringify([project, fromMs, toMs, live, filters, round]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` is all of what is asked.
  useEffect(() => {
    const controller = new AbortController();
    setState((before) => ({ ...before, loading: true }));
    void listEvents(project, asked, filters, { limit: PAGE, cursor: null }, controller.signal).then((answer) => {
      if (controller.signal.aborted) return;
      setLost(null);
      if (answer.ok) setState({ list: firstPage(answer.value), error: null, loading: false });
      else setState({ list: null, error: answer.error, loading: false });
    });
    return () => {
      controller.abort();
      rest.current?.abort();
      rest.current = null;
    };
  }, [key]);

  const ready = state.list !== null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above.
  useEffect(() => {
    if (!live || paused || !ready) return;
    const controller = new AbortController();
    let looking = false;
    const look = async () => {
      if (document.hidden || looking) return;
      looking = true;
      const answer = await listEvents(project, asked, filters, { limit: PAGE, cursor: null }, controller.signal);
      looking = false;
      if (controller.signal.aborted) return;
      setLost((since) => (answer.ok ? null : (since ?? now())));
      if (!answer.ok) return;
      setState((s) => (s.list ? { ...s, list: newest(s.list, answer.value, hold.current) } : s));
    };
    const timer = setInterval(() => void look(), EVERY_MS);
    return () => {
      clearInterval(timer);
      controller.abort();
    };
  }, [key, live, paused, ready]);

  useEffect(() => {
    if (!live) link.value = { kind: 'off' };
    else if (lostSinceMs !== null) link.value = { kind: 'lost', sinceMs: lostSinceMs, retryAtMs: null };
    else link.value = { kind: paused ? 'paused' : 'live' };
  }, [live, paused, lostSinceMs]);
  useEffect(
    () => () => {
      link.value = { kind: 'off' };
    },
    [],
  );

  const change = (by: (list: EventList) => EventList) => setState((s) => (s.list ? { ...s, list: by(s.list) } : s));
  // What was held shows as soon as nobody looks at a row any more.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `change` is another function each time and does the same.
  useEffect(() => {
    if (!reading && !paused) change(release);
  }, [reading, paused]);

  const loadOlder = () => {
    const cursor = state.list?.cursor ?? null;
    if (cursor === null || rest.current !== null) return;
    const controller = new AbortController();
    rest.current = controller;
    void listEvents(project, asked, filters, { limit: PAGE, cursor }, controller.signal).then((answer) => {
      if (controller.signal.aborted) return;
      rest.current = null;
      if (!answer.ok) return setState((s) => ({ ...s, error: answer.error }));
      const page = answer.value;
      setState((s) => ({ ...s, error: null, list: s.list?.cursor === cursor ? older(s.list, page) : s.list }));
    });
  };
  const hollow = state.list !== null && state.list.rows.length === 0 ? state.list.cursor : null;
  // Nothing of what was looked at fits, and there is more behind it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: one step for each cursor.
  useEffect(() => {
    if (hollow !== null) loadOlder();
  }, [hollow]);
  return {
    ...state,
    lostSinceMs,
    paused,
    setPaused,
    setReading,
    showHeld: () => change(release),
    loadOlder,
    retry: () => setRound((n) => n + 1),
    decided: (id, verdict) => change((list) => withVerdict(list, id, verdict)),
  };
}
