import { useRef } from 'preact/hooks';
import { Field } from '../../../../components/field.tsx';
import { fieldReason } from '../../../../lib/errors.ts';
import type { PartProps } from './parts.ts';
import { type Preview, templateFault } from './use-preview.ts';

const BUILT_IN = `{
  "text": "{{title}}",
  "firings": [{{#each firings}}"{{summary}}"{{#unless @last}}, {{/unless}}{{/each}}],
  "link": "{{url}}"
}`;

/** The body by the reader's own hand. What is wrong with it stands below, and one press leads there. */
export function TemplateField({ draft, change, error, preview }: PartProps & { preview: Preview }) {
  const area = useRef<HTMLTextAreaElement>(null);
  const fault = templateFault(preview.error);
  const needed = draft.kind === 'email' && draft.template.trim() === '';
  const reason = fieldReason(error, '/template') ?? (fault === null || needed ? null : fault.reason);
  const goTo = (position: number) => {
    area.current?.focus();
    area.current?.setSelectionRange(position, position + 1);
  };
  return (
    <section class="card detail-card" aria-label="Template">
      <h3>Template</h3>
      <Field
        label="Body, as a JSON template"
        hint={
          needed
            ? 'An e-mail needs one, which says from whom and to whom. Start from one of the providers above.'
            : 'Empty is the built-in body of the kind. {{title}}, {{summary}}, {{url}} and all fields of an event stand for themselves.'
        }
        error={reason}
      >
        {(ids) => (
          <textarea
            {...ids}
            ref={area}
            class="input input-area"
            rows={draft.template === '' ? 6 : 12}
            spellcheck={false}
            placeholder={BUILT_IN}
            value={draft.template}
            onInput={(event) => change({ template: event.currentTarget.value })}
          />
        )}
      </Field>
      {fault?.position === null || fault === null || needed ? null : (
        <p>
          <button type="button" class="text-button" onClick={() => goTo(fault.position ?? 0)}>
            Go to {placeOf(draft.template, fault.position)}
          </button>
        </p>
      )}
    </section>
  );
}

/** Where somebody who edits a text finds a position. */
export function placeOf(text: string, position: number): string {
  const before = text.slice(0, position).split('\n');
  return `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
}
