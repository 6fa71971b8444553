import { DESTINATION_KINDS, type DestinationKind } from '../../../../../wire/delivery.ts';
import { TextField } from '../../../../components/field.tsx';
import { KIND_WORDS } from '../../../../lib/delivery-words.ts';
import { fieldReason } from '../../../../lib/errors.ts';
import { EmailStarts } from './email-starts.tsx';
import type { PartProps } from './parts.ts';

const NOTES: Record<DestinationKind, string> = {
  webhook: 'Your own receiver: the event as JSON, signed as Standard Webhooks says.',
  slack: 'An incoming webhook of Slack, Mattermost or whatever takes its messages.',
  discord: 'A webhook of a Discord channel.',
  email: "Your mail provider's HTTP API, called with a body that the template makes.",
};

const EXAMPLES: Record<DestinationKind, string> = {
  webhook: 'https://alerts.example.com/hooks/breakwater',
  slack: 'https://hooks.slack.com/services/…',
  discord: 'https://discord.com/api/webhooks/…',
  email: 'https://api.resend.com/emails',
};

export function BasicFields({ draft, change, error, isNew }: PartProps & { isNew: boolean }) {
  return (
    <section class="card detail-card" aria-label="Receiver">
      <h3>Receiver</h3>
      <TextField
        label="Name"
        value={draft.name}
        onInput={(name) => change({ name })}
        required
        autoFocus={isNew}
        placeholder="On call"
        error={fieldReason(error, '/name')}
      />
      <fieldset class="fieldset destination-kinds">
        <legend>Kind</legend>
        {DESTINATION_KINDS.map((kind) => (
          <label key={kind} class="check">
            <input type="radio" name="kind" checked={draft.kind === kind} onChange={() => change({ kind })} />
            <span>{KIND_WORDS[kind]}</span>
          </label>
        ))}
        <p class="field-hint">{NOTES[draft.kind]}</p>
      </fieldset>
      {draft.kind === 'email' ? <EmailStarts draft={draft} change={change} /> : null}
      <TextField
        label="URL"
        value={draft.url}
        onInput={(url) => change({ url })}
        required
        placeholder={EXAMPLES[draft.kind]}
        hint="HTTPS. Redirects are not followed, and addresses inside a private network are refused."
        error={fieldReason(error, '/url')}
      />
    </section>
  );
}
