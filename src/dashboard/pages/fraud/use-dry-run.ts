import { useRef, useState } from 'preact/hooks';
import type { DryRun, RiskSettings } from '../../../wire/fraud.ts';
import { dryRunRules } from '../../api/fraud.ts';
import type { ApiError } from '../../api/http.ts';
import { span } from '../../state/range.ts';

export interface DryRunControl {
  result: DryRun | null;
  error: ApiError | null;
  running: boolean;
  /** What is shown is of exactly these settings. */
  isTried: boolean;
  run: () => void;
  stop: () => void;
}

/** Tries settings on the events of the page's time. */
export function useDryRun(project: string, draft: RiskSettings): DryRunControl {
  const [state, setState] = useState<{ of: string | null; result: DryRun | null; error: ApiError | null }>({
    ...{ of: null, result: null, error: null },
  });
  const [running, setRunning] = useState(false);
  const controller = useRef<AbortController | null>(null);
  const key = JSON.stringify(draft);
  const run = async () => {
    const mine = new AbortController();
    controller.current = mine;
    setRunning(true);
    const answer = await dryRunRules(project, draft, span.peek(), mine.signal);
    setRunning(false);
    if (mine.signal.aborted) return;
    if (answer.ok) setState({ of: key, result: answer.value, error: null });
    else setState({ of: null, result: null, error: answer.error });
  };
  return {
    ...state,
    running,
    isTried: state.of === key,
    run: () => void run(),
    stop: () => controller.current?.abort(),
  };
}
