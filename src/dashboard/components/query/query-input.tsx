import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { MAX_QUERY_CHARS } from '../../../wire/limits.ts';
import type { QueryFault } from '../../lib/errors.ts';
import { compact } from '../../lib/format.ts';
import { useShortcuts } from '../../state/use-shortcuts.ts';
import { Icon } from '../icon.tsx';
import { Highlighted } from './highlighted.tsx';
import { type Suggestion, useSuggestions } from './use-suggestions.ts';

export interface ValueCount {
  value: string;
  count: number;
}

interface QueryInputProps {
  label: string;
  /** The word on the button; null where every letter counts at once, as in a form, and nothing is left to press. */
  action: string | null;
  value: string;
  /** By the button or Enter; without a button by every change. */
  onCommit: (q: string) => void;
  fault: QueryFault | null;
  fields: readonly string[];
  loadValues: (field: string, signal: AbortSignal) => Promise<readonly ValueCount[]>;
}

/** The search box: colours, completion of fields and values, and the fault where it is. Enter searches. */
export function QueryInput({ label, action, value, onCommit, fault, fields, loadValues }: QueryInputProps) {
  const [draft, setDraft] = useState(value);
  const [caret, setCaret] = useState(0);
  const [open, setOpen] = useState(false);
  const [picked, setPicked] = useState(-1);
  const input = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const { suggestions, completion } = useSuggestions({ draft, caret, open, fields, loadValues });

  useEffect(() => setDraft(value), [value]);
  useShortcuts([{ keys: '/', label: 'Search', group: 'Everywhere', run: () => input.current?.select() }]);

  const showList = open && suggestions.length > 0;
  const draw = (text: string) => {
    setDraft(text);
    if (action === null) onCommit(text);
  };
  const changed = (element: HTMLTextAreaElement, list: boolean) => {
    draw(element.value.replaceAll('\n', ' '));
    setCaret(element.selectionStart);
    setOpen(list);
    setPicked(-1);
  };
  const accept = (suggestion: Suggestion) => {
    if (!completion) return;
    const next = draft.slice(0, completion.start) + suggestion.insert + draft.slice(completion.end);
    const at = completion.start + suggestion.insert.length;
    draw(next);
    setCaret(at);
    setPicked(-1);
    // After a field its values are the next question; after a value the answer is complete.
    setOpen(suggestion.insert.endsWith(':'));
    requestAnimationFrame(() => {
      input.current?.focus();
      input.current?.setSelectionRange(at, at);
    });
  };
  const commit = () => {
    setOpen(false);
    onCommit(draft.trim());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const choice = suggestions[picked];
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (!open) setOpen(true);
      else if (suggestions.length > 0) {
        const step = event.key === 'ArrowDown' ? 1 : -1;
        setPicked((picked + step + suggestions.length + (picked < 0 && step < 0 ? 1 : 0)) % suggestions.length);
      }
    } else if (event.key === 'Enter') {
      event.preventDefault();
      if (showList && choice) accept(choice);
      else commit();
    } else if (event.key === 'Tab' && showList && choice && !event.shiftKey) {
      event.preventDefault();
      accept(choice);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      if (showList) setOpen(false);
      else input.current?.blur();
    }
  };

  return (
    <div class={`query${fault && draft === value ? ' query-bad' : ''}`}>
      <Icon name="search" />
      <div class="query-text">
        <div class="query-paint" aria-hidden="true">
          <Highlighted q={draft} fault={draft === value ? fault : null} />{' '}
        </div>
        <textarea
          ref={input}
          rows={1}
          value={draft}
          maxLength={MAX_QUERY_CHARS}
          placeholder="Words, &quot;a phrase&quot;, service:api level:error, status:>=500"
          spellcheck={false}
          autocapitalize="off"
          enterkeyhint={action === null ? 'done' : 'search'}
          aria-label={label}
          aria-haspopup="listbox"
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-keyshortcuts="/"
          aria-invalid={fault !== null && draft === value}
          {...(showList && picked >= 0 ? { 'aria-activedescendant': `${id}-${picked}` } : {})}
          onInput={(event) => changed(event.currentTarget, true)}
          onClick={(event) => setCaret(event.currentTarget.selectionStart)}
          onKeyUp={(event) => setCaret(event.currentTarget.selectionStart)}
          onKeyDown={onKeyDown}
          onBlur={() => setOpen(false)}
        />
      </div>
      {draft !== '' ? (
        <button
          type="button"
          class="query-clear"
          aria-label="Clear the search"
          title="Clear the search"
          onClick={() => {
            setDraft('');
            onCommit('');
            input.current?.focus();
          }}
        >
          <Icon name="close" />
        </button>
      ) : null}
      {action === null ? null : (
        <button type="button" class="button button-primary button-small" onClick={commit}>
          <span>{action}</span>
        </button>
      )}
      {/* A text area may not be a combobox (ARIA in HTML), so that there are suggestions has to be said. */}
      <span class="visually-hidden" role="status">
        {showList ? `${suggestions.length} suggestions` : ''}
      </span>
      <ul id={`${id}-list`} class="suggestions" role="listbox" aria-label="Suggestions" hidden={!showList}>
        {suggestions.map((suggestion, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the input keeps the focus and handles the keys.
          <li
            key={suggestion.insert}
            id={`${id}-${i}`}
            role="option"
            aria-selected={i === picked}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => accept(suggestion)}
          >
            <span class="clip" dir="auto">
              {suggestion.label}
            </span>
            {suggestion.count === null ? null : <span class="num">{compact(suggestion.count)}</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}
