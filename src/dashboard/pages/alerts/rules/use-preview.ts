import { useEffect, useRef, useState } from 'preact/hooks';
import type { AlertRuleInput, Condition, RulePreview } from '../../../../wire/alerts.ts';
import { previewRule } from '../../../api/alerts.ts';
import type { ApiError } from '../../../api/http.ts';
import { isComplete, previewKey } from './rule-draft.ts';

export interface Preview {
  /** Of the newest condition that was tried, which it names. */
  result: { answer: RulePreview; condition: Condition } | null;
  /** Why the condition as it is now could not be tried. */
  error: ApiError | null;
  running: boolean;
  /** What is shown is of exactly this draft. */
  isCurrent: boolean;
  retry: () => void;
}

/** Whoever types a number is not done at its first digit. */
const SETTLE_MS = 600;

/** When the draft would have fired, asked for anew with each change that matters. */
export function usePreview(project: string, draft: AlertRuleInput): Preview {
  const key = isComplete(draft) ? previewKey(draft) : null;
  const [state, setState] = useState<{ of: string | null; result: Preview['result']; error: ApiError | null }>({
    ...{ of: null, result: null, error: null },
  });
  const [running, setRunning] = useState(false);
  const [round, setRound] = useState(0);
  const latest = useRef(draft);
  latest.current = draft;
  const isFirst = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` is how retry() asks for the same again.
  useEffect(() => {
    if (key === null) return;
    const controller = new AbortController();
    const ask = async () => {
      setRunning(true);
      const rule = latest.current;
      // A name is not needed to try it.
      const named = { ...rule, name: rule.name.trim() === '' ? 'Preview' : rule.name };
      const answer = await previewRule(project, named, controller.signal);
      if (controller.signal.aborted) return;
      setRunning(false);
      setState(({ result }) =>
        answer.ok
          ? { of: key, result: { answer: answer.value, condition: rule.condition }, error: null }
          : { of: key, result, error: answer.error },
      );
    };
    const timer = setTimeout(() => void ask(), isFirst.current ? 0 : SETTLE_MS);
    isFirst.current = false;
    return () => {
      clearTimeout(timer);
      controller.abort();
      setRunning(false);
    };
  }, [project, key, round]);
  const isOf = state.of === key;
  return {
    ...{ result: state.result, running },
    error: isOf ? state.error : null,
    isCurrent: isOf && state.error === null,
    retry: () => setRound((n) => n + 1),
  };
}
