import { Button } from '../../../../components/button.tsx';
import type { Draft, DraftHeader } from './draft.ts';
import type { PartProps } from './parts.ts';

interface Start {
  name: string;
  url: string;
  header: { name: string; value: string };
  template: string;
}

const FROM = 'Breakwater <alerts@example.com>';
const TO = 'on-call@example.com';

/** As docs/alerts.md has them: resend.com/docs, docs.sendgrid.com, postmarkapp.com/developer. */
const STARTS: readonly Start[] = [
  {
    ...{ name: 'Resend', url: 'https://api.resend.com/emails' },
    header: { name: 'Authorization', value: 'Bearer ' },
    template: `{
  "from": "${FROM}",
  "to": ["${TO}"],
  "subject": "{{truncate title 200}}",
  "text": "{{summary}}\\n\\n{{url}}"
}`,
  },
  {
    ...{ name: 'SendGrid', url: 'https://api.sendgrid.com/v3/mail/send' },
    header: { name: 'Authorization', value: 'Bearer ' },
    template: `{
  "personalizations": [{ "to": [{ "email": "${TO}" }] }],
  "from": { "email": "alerts@example.com", "name": "Breakwater" },
  "subject": "{{truncate title 200}}",
  "content": [{ "type": "text/plain", "value": "{{summary}}\\n\\n{{url}}" }]
}`,
  },
  {
    ...{ name: 'Postmark', url: 'https://api.postmarkapp.com/email' },
    header: { name: 'X-Postmark-Server-Token', value: '' },
    template: `{
  "From": "alerts@example.com",
  "To": "${TO}",
  "Subject": "{{truncate title 200}}",
  "TextBody": "{{summary}}\\n\\n{{url}}",
  "MessageStream": "outbound"
}`,
  },
];

/** Fills in what a provider's call is made of; keys and addresses are the reader's own. */
export function EmailStarts({ draft, change }: Pick<PartProps, 'draft' | 'change'>) {
  return (
    <p class="destination-starts">
      <span class="faint">Start from</span>
      {STARTS.map((start) => (
        <Button key={start.name} small onClick={() => change(started(draft, start))}>
          {start.name}
        </Button>
      ))}
    </p>
  );
}

function started({ headers }: Draft, { url, template, header }: Start): Partial<Draft> {
  const id = Math.max(0, ...headers.map((one) => one.id)) + 1;
  const added: DraftHeader = { ...header, id, secret: true, isStored: false };
  const others = headers.filter(({ name }) => name.toLowerCase() !== header.name.toLowerCase());
  return { url, template, headers: [...others, added] };
}
