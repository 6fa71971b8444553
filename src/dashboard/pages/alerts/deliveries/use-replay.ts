import { useEffect, useRef, useState } from 'preact/hooks';
import { replayDeadLetters } from '../../../api/deliveries.ts';
import type { ApiError } from '../../../api/http.ts';
import type { Span } from '../../../lib/range.ts';

export interface Target {
  id: string;
  name: string;
}

export interface Replayed extends Target {
  /** Why not; then `deliveries` is 0. */
  error: ApiError | null;
  deliveries: number;
}

export interface ReplayState {
  /** null before it began. */
  targets: readonly Target[] | null;
  done: readonly Replayed[];
  running: boolean;
}

/** Replays dead letters destination by destination, so that it can be told how far it is, and stopped. */
export function useReplay(project: string) {
  const [state, setState] = useState<ReplayState>({ targets: null, done: [], running: false });
  const controller = useRef<AbortController | null>(null);
  useEffect(() => () => controller.current?.abort(), []);
  const start = async (targets: readonly Target[], span: Span | null) => {
    const mine = new AbortController();
    controller.current = mine;
    setState({ targets, done: [], running: true });
    for (const target of targets) {
      const answer = await replayDeadLetters(project, target.id, span, mine.signal);
      if (mine.signal.aborted) break;
      const result: Replayed = answer.ok
        ? { ...target, error: null, deliveries: answer.value.deliveries }
        : { ...target, error: answer.error, deliveries: 0 };
      setState((before) => ({ ...before, done: [...before.done, result] }));
    }
    setState((before) => ({ ...before, running: false }));
  };
  return { state, start, stop: () => controller.current?.abort() };
}
