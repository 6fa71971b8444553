import { useRef, useState } from 'preact/hooks';
import {
  type CommunicationTemplate,
  TEMPLATE_PURPOSES,
  type TemplatePlaceholders,
} from '../../../../wire/compliance.ts';
import { changeTemplate, createTemplate, type TemplateInput } from '../../../api/communications.ts';
import { Field, TextField } from '../../../components/field.tsx';
import { FormDialog } from '../../../components/form-dialog.tsx';
import { TextArea } from '../../../components/text-area.tsx';
import { fieldReason } from '../../../lib/errors.ts';
import { PlaceholderList } from './placeholder-list.tsx';
import { PURPOSE_WORDS } from './purpose-words.ts';

interface TemplateDialogProps {
  /** Null for a new one; of a built-in one a copy is made. */
  template: CommunicationTemplate | null;
  placeholders: TemplatePlaceholders;
  onDone: () => void;
  /** Somebody else has changed it: the list is read again. */
  onReload: () => void;
  onClose: () => void;
}

const PLACES = ['/name', '/purpose', '/subject', '/body'];

export function TemplateDialog({ template: shown, placeholders, onDone, onReload, onClose }: TemplateDialogProps) {
  const [draft, setDraft] = useState<TemplateInput>(() => ({
    name: shown?.name ?? '',
    purpose: shown?.purpose ?? 'acknowledge',
    subject: shown?.subject ?? '',
    body: shown?.body ?? '',
  }));
  const template = shown?.builtIn ? null : shown;
  const set = (change: Partial<TemplateInput>) => setDraft((before) => ({ ...before, ...change }));
  const submit = async () => {
    const answer =
      template === null
        ? await createTemplate(draft)
        : await changeTemplate(template.id, { ...draft, version: template.version });
    if (!answer.ok && answer.error.kind === 'problem' && answer.error.status === 409) onReload();
    return answer;
  };
  const texts = useRef<HTMLDivElement>(null);
  /** Where the cursor was last; at first it goes to the end of the text. */
  const place = useRef<HTMLInputElement | HTMLTextAreaElement | null>(null);
  const insert = (name: string) => {
    const field = place.current ?? texts.current?.querySelector('textarea');
    if (field) insertAt(field, `{{${name}}}`);
  };
  const names = namesIn(`${draft.subject}\n${draft.body}`);
  return (
    <FormDialog
      title={template === null ? 'New template' : 'Template'}
      action={template === null ? 'Create' : 'Save'}
      ready={[draft.name, draft.subject, draft.body].every((text) => text.trim() !== '')}
      places={PLACES}
      submit={submit}
      onDone={onDone}
      onClose={onClose}
    >
      {(error) => (
        <>
          <TextField
            label="Name"
            value={draft.name}
            onInput={(name) => set({ name })}
            error={fieldReason(error, '/name')}
            required
          />
          <Field label="For" error={fieldReason(error, '/purpose')}>
            {(ids) => (
              <select
                {...ids}
                class="select"
                value={draft.purpose}
                onChange={(event) => set({ purpose: event.currentTarget.value as TemplateInput['purpose'] })}
              >
                {TEMPLATE_PURPOSES.map((purpose) => (
                  <option key={purpose} value={purpose}>
                    {PURPOSE_WORDS[purpose]}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <div
            ref={texts}
            class="template-texts"
            onFocusIn={({ target }) => {
              place.current = target as HTMLInputElement | HTMLTextAreaElement;
            }}
          >
            <TextField
              label="Subject"
              value={draft.subject}
              onInput={(subject) => set({ subject })}
              error={fieldReason(error, '/subject')}
              required
            />
            <TextArea
              label="Text"
              rows={8}
              value={draft.body}
              onInput={(body) => set({ body })}
              error={fieldReason(error, '/body')}
            />
          </div>
          <PlaceholderList placeholders={placeholders[draft.purpose]} used={names} onInsert={insert} />
        </>
      )}
    </FormDialog>
  );
}

/** In the place of what is selected, as if it had been typed. */
function insertAt(field: HTMLInputElement | HTMLTextAreaElement, text: string): void {
  field.focus();
  field.setRangeText(text, field.selectionStart ?? 0, field.selectionEnd ?? 0, 'end');
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
}

/** Names in two braces, also those of a condition, each once. */
function namesIn(text: string): string[] {
  return [
    ...new Set([...text.matchAll(/\{\{\s*(?:#if\s+|truncate\s+)?([\w.]+)[^}]*\}\}/g)].map(([, name]) => name ?? '')),
  ];
}
