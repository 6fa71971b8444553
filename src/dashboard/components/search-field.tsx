import { useEffect, useRef, useState } from 'preact/hooks';
import { useShortcuts } from '../state/use-shortcuts.ts';
import { Icon } from './icon.tsx';

interface SearchFieldProps {
  label: string;
  placeholder: string;
  value: string;
  /** With Enter, or when the field is cleared. */
  onSearch: (text: string) => void;
}

/** A plain text that a list is narrowed by. The key `/` leads to it, Escape out of it. */
export function SearchField({ label, placeholder, value, onSearch }: SearchFieldProps) {
  const [text, setText] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  // The address may change by a link or the back button.
  useEffect(() => setText(value), [value]);
  useShortcuts([{ keys: '/', label: 'Search', group: 'Everywhere', run: () => input.current?.focus() }]);
  return (
    <form
      class="search-field"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        onSearch(text.trim());
      }}
    >
      <Icon name="search" />
      <input
        ref={input}
        type="search"
        class="input"
        aria-label={label}
        placeholder={placeholder}
        dir="auto"
        spellcheck={false}
        autocomplete="off"
        maxLength={200}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          if (event.currentTarget.value === '' && value !== '') onSearch('');
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.preventDefault();
          setText(value);
          input.current?.blur();
        }}
      />
    </form>
  );
}
