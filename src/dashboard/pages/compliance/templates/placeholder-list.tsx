import type { TemplatePlaceholder } from '../../../../wire/compliance.ts';

interface PlaceholderListProps {
  placeholders: readonly TemplatePlaceholder[];
  /** Which of them the text has. */
  used: readonly string[];
  onInsert: (name: string) => void;
}

/** What a text may name, what each gives and an example; a click puts it where the cursor is. */
export function PlaceholderList({ placeholders, used, onInsert }: PlaceholderListProps) {
  return (
    <section class="placeholders" aria-label="Placeholders">
      <p class="field-hint">
        A click puts a placeholder where the cursor is. What stands between <code>{'{{#if name}}'}</code> and{' '}
        <code>{'{{/if}}'}</code> is left out where the name is empty.
      </p>
      <ul>
        {placeholders.map(({ name, gives, example }) => (
          <li key={name}>
            <button type="button" class="placeholder" onClick={() => onInsert(name)}>
              <code class={used.includes(name) ? 'is-used' : ''}>{`{{${name}}}`}</code>
              <span>{gives}</span>
              <span class="faint">{example}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
