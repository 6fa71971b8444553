import { useEffect, useMemo, useState } from 'preact/hooks';
import { type Completion, completionAt, matches } from '../../lib/completion.ts';
import { quoteValue } from '../../lib/query-edit.ts';
import type { ValueCount } from './query-input.tsx';

export interface Suggestion {
  label: string;
  insert: string;
  count: number | null;
}

interface Input {
  draft: string;
  caret: number;
  open: boolean;
  fields: readonly string[];
  loadValues: (field: string, signal: AbortSignal) => Promise<readonly ValueCount[]>;
}

const SHOWN = 8;
const SETTLE_MS = 120;

export function useSuggestions(input: Input): { suggestions: readonly Suggestion[]; completion: Completion | null } {
  const { draft, caret, open, fields, loadValues } = input;
  const completion = useMemo(() => (open ? completionAt(draft, caret) : null), [draft, caret, open]);
  const [values, setValues] = useState<{ field: string; list: readonly ValueCount[] } | null>(null);
  const field = completion?.kind === 'value' ? completion.field : null;

  useEffect(() => {
    if (field === null) return;
    const controller = new AbortController();
    const timer = setTimeout(() => {
      void loadValues(field, controller.signal).then((list) => {
        if (!controller.signal.aborted) setValues({ field, list });
      });
    }, SETTLE_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [field, loadValues]);

  const suggestions = useMemo(() => suggest(completion, fields, values), [completion, fields, values]);
  return { suggestions, completion };
}

function suggest(
  completion: Completion | null,
  fields: readonly string[],
  values: { field: string; list: readonly ValueCount[] } | null,
): readonly Suggestion[] {
  if (completion === null) return [];
  if (completion.kind === 'field') {
    return fields
      .filter((name) => matches(name, completion.prefix))
      .toSorted((a, b) => rank(a, completion.prefix) - rank(b, completion.prefix))
      .slice(0, SHOWN)
      .map((name) => ({ label: name, insert: `${name}:`, count: null }));
  }
  if (values?.field !== completion.field) return [];
  return values.list
    .filter((entry) => entry.value !== '' && matches(entry.value, completion.prefix))
    .slice(0, SHOWN)
    .map((entry) => ({ label: entry.value, insert: quoteValue(entry.value), count: entry.count }));
}

function rank(name: string, prefix: string): number {
  return name.toLowerCase().startsWith(prefix.toLowerCase()) ? 0 : 1;
}
