/** Of `email` destinations: what three mail providers' APIs take. Sender and receiver are to be put in; keys go into a secret header. */
export interface MailPreset {
  name: string;
  url: string;
  /** Header that the key goes into, and what stands before the key. */
  keyHeader: { name: string; before: string };
  template: string;
}

const lines = (...text: string[]): string => text.join('\n');

export const MAIL_PRESETS: readonly MailPreset[] = [
  {
    name: 'Resend',
    url: 'https://api.resend.com/emails',
    keyHeader: { name: 'Authorization', before: 'Bearer ' },
    template: lines(
      '{',
      '  "from": "Breakwater <alerts@example.com>",',
      '  "to": ["on-call@example.com"],',
      '  "subject": "{{truncate title 200}}",',
      '  "text": "{{summary}}\\n\\n{{url}}"',
      '}',
    ),
  },
  {
    name: 'Postmark',
    url: 'https://api.postmarkapp.com/email',
    keyHeader: { name: 'X-Postmark-Server-Token', before: '' },
    template: lines(
      '{',
      '  "From": "alerts@example.com",',
      '  "To": "on-call@example.com",',
      '  "Subject": "{{truncate title 200}}",',
      '  "TextBody": "{{summary}}\\n\\n{{url}}",',
      '  "MessageStream": "outbound"',
      '}',
    ),
  },
  {
    name: 'SendGrid',
    url: 'https://api.sendgrid.com/v3/mail/send',
    keyHeader: { name: 'Authorization', before: 'Bearer ' },
    template: lines(
      '{',
      '  "personalizations": [{ "to": [{ "email": "on-call@example.com" }] }],',
      '  "from": { "email": "alerts@example.com", "name": "Breakwater" },',
      '  "subject": "{{truncate title 200}}",',
      '  "content": [{ "type": "text/plain", "value": "{{summary}}\\n\\n{{url}}" }]',
      '}',
    ),
  },
];
