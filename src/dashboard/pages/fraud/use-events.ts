import { useEffect, useRef, useState } from 'preact/hooks';
import { type EventQuery, listEvents, type Period } from '../../api/fraud.ts';
import type { Verdict } from '../../api/fraud-types.ts';
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
  const busy = useRef(false);
  const { fromMs, toMs } = span;
  const key = JSON.stringify([project, fromMs, toMs, filters, round]);
  const keyNow = useRef(key);
  keyNow.current = key;

  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` is all of what is asked.
  useEffect(() => {
    const controller = new AbortController();
    setState((before) => ({ ...before, loading: true }));
    void listEvents(project, span, filters, { limit: PAGE, cursor: null }, controller.signal).then((answer) => {
      if (controller.signal.aborted) return;
      setLost(null);
      if (answer.ok) setState({ list: firstPage(answer.value), error: null, loading: false });
      else setState({ list: null, error: answer.error, loading: false });
    });
    return () => controller.abort();
  }, [key]);

  const ready = state.list !== null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above.
  useEffect(() => {
    if (!live || paused || !ready) return;
    const controller = new AbortController();
    const look = async () => {
      if (document.hidden || busy.current) return;
      busy.current = true;
      const period = { fromMs, toMs: Math.max(toMs, now()) };
      const answer = await listEvents(project, period, filters, { limit: PAGE, cursor: null }, controller.signal);
      busy.current = false;
      if (controller.signal.aborted) return;
      setLost((since) => (answer.ok ? null : (since ?? now())));
      if (!answer.ok) return;
      setState((s) => (s.list ? { ...s, list: newest(s.list, answer.value, hold.current) } : s));
    };
    const timer = setInterval(() => void look(), EVERY_MS);
    return () => {
      clearInterval(timer);
      controller.abort();
      busy.current = false;
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
    if (cursor === null || busy.current) return;
    busy.current = true;
    void listEvents(project, span, filters, { limit: PAGE, cursor }, new AbortController().signal).then((answer) => {
      busy.current = false;
      if (keyNow.current !== key) return;
      if (answer.ok) change((list) => (list.cursor === cursor ? older(list, answer.value) : list));
      else setState((s) => ({ ...s, error: answer.error }));
    });
  };
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
