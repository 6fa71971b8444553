import { useEffect, useRef, useState } from 'preact/hooks';
import type { Answer, ApiError } from '../api/http.ts';

export interface Repeated<Step> {
  /** What all calls did together; null before the first has answered. */
  total: Step | null;
  /** `stopping`: the call that is under way ends first, and what it does counts. */
  state: 'idle' | 'running' | 'stopping' | 'stopped' | 'failed' | 'done';
  error: ApiError | null;
  /** From nothing. */
  start: () => void;
  /** After a stop or a failure: what was done before counts. */
  goOn: () => void;
  stop: () => void;
}

/** Long work in bounded calls: called again until one says that all is done, so that it can be told how far it is, and be stopped. */
export function useRepeated<Step extends { done: boolean }>(
  /** `before`: what was done so far. */
  call: (before: Step | null) => Promise<Answer<Step>>,
  add: (before: Step, step: Step) => Step,
): Repeated<Step> {
  const [shown, setShown] = useState<Pick<Repeated<Step>, 'total' | 'state' | 'error'>>(IDLE);
  const latest = useRef({ call, add });
  latest.current = { call, add };
  const mine = useRef({ wanted: false, gone: false });
  useEffect(
    () => () => {
      mine.current = { wanted: false, gone: true };
    },
    [],
  );
  const run = async (before: Step | null) => {
    let total = before;
    while (mine.current.wanted) {
      const answer = await latest.current.call(total);
      if (mine.current.gone) return;
      if (!answer.ok) {
        mine.current.wanted = false;
        setShown({ total, state: 'failed', error: answer.error });
        return;
      }
      total = total === null ? answer.value : latest.current.add(total, answer.value);
      if (answer.value.done) mine.current.wanted = false;
      const state = answer.value.done ? 'done' : mine.current.wanted ? 'running' : 'stopped';
      setShown({ total, state, error: null });
    }
  };
  const begin = (before: Step | null) => {
    if (shown.state === 'running' || shown.state === 'stopping') return;
    mine.current.wanted = true;
    setShown({ total: before, state: 'running', error: null });
    void run(before);
  };
  return {
    ...shown,
    start: () => begin(null),
    goOn: () => begin(shown.total),
    stop: () => {
      if (!mine.current.wanted) return;
      mine.current.wanted = false;
      setShown((before) => ({ ...before, state: 'stopping' }));
    },
  };
}

const IDLE = { total: null, state: 'idle', error: null } as const;
