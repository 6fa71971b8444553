import type { Purpose } from './placeholders.ts';
import type { StoredTemplate } from './template-store.ts';

/** To begin with: they do not change, and whoever wants other words copies one. Each says what the law asks of such a text, as far as the register knows it. */
export const BUILT_IN_TEMPLATES: readonly StoredTemplate[] = [
  builtIn('acknowledge', 'Request received', 'We have received your request, {{requestId}}', [
    'We received your request to erase your personal data on {{receivedAt}}.',
    'We will carry it out after {{graceEndsAt}}, and by {{deadlineAt}} at the latest. Until it begins you can withdraw it: answer this message and name the request {{requestId}}.',
    ['held', 'Some data must be kept for now:\n{{held}}'],
  ]),
  builtIn('executed', 'Request carried out', 'Your data has been erased, {{requestId}}', [
    'We have carried out your request of {{receivedAt}} to erase your personal data, on {{executedAt}}.',
    [
      'restorableUntil',
      'Backups of our database are kept for a while. Until {{restorableUntil}} a restore could bring back what was erased; it would be erased again without another request.',
    ],
    ['held', 'Some data must be kept for now, and is erased once the reason is gone:\n{{held}}'],
    'If you do not agree, you can complain to us, or to a data protection authority.',
  ]),
  builtIn('cancelled', 'Request cancelled', 'Your request was cancelled, {{requestId}}', [
    'Your request of {{receivedAt}} to erase your personal data was cancelled on {{cancelledAt}}. Nothing was erased by it.',
    ['cancelReason', 'The reason: {{cancelReason}}'],
    'You can make another request at any time, and you can complain to a data protection authority.',
  ]),
  builtIn('held', 'Data that must be kept', 'Some of your data must be kept for now, {{requestId}}', [
    'You asked us on {{receivedAt}} to erase your personal data. Some of it we must keep for now:\n{{held}}',
    'It is erased once the reason is gone, without another request. You can complain to a data protection authority.',
  ]),
  // GDPR Art. 34(2) with 33(3)(b) to (d); DPDP Rules 2025, rule 7(1)(a) to (e).
  builtIn('breach_affected', 'To those affected by a breach', 'About the security of your data: {{title}}', [
    'What happened: {{nature}}',
    '{{#if beganAt}}When: from {{beganAt}}{{#if endedAt}} to {{endedAt}}{{/if}}. {{/if}}We learned of it on {{awareAt}}.{{#if location}} Where: {{location}}.{{/if}}',
    ['categoriesOfRecords', 'Which data: {{categoriesOfRecords}}'],
    'What it may mean for you: {{consequences}}',
    'What we have done and will do: {{measures}}',
    ['mitigation', 'To limit the harm: {{mitigation}}'],
    'What you can do: {{advice}}',
    'Who answers your questions: {{contact}}',
  ]),
  // GDPR Art. 33(3)(a) to (d); DPDP Rules 2025, rule 7(2). The document of the breach has all of it, and goes with this.
  builtIn('breach_authority', 'To the authority', 'Notification of a personal data breach: {{title}}, {{breachId}}', [
    'We notify you of a personal data breach. The document with what we know of it is attached; what we learn later will follow.',
    'Nature: {{nature}}',
    'It was detected on {{detectedAt}} and became known to us on {{awareAt}}.',
    ['people', 'People concerned, approximately: {{people}}'],
    ['records', 'Records, approximately: {{records}}'],
    ['categoriesOfPeople', 'Categories of people: {{categoriesOfPeople}}'],
    ['categoriesOfRecords', 'Categories of records: {{categoriesOfRecords}}'],
    'Likely consequences: {{consequences}}',
    'Measures taken and proposed: {{measures}}',
    ['mitigation', 'Measures that mitigate its effects: {{mitigation}}'],
    'Contact: {{contact}}',
  ]),
];

/** A paragraph; in a pair one that is there where that is known. */
type Paragraph = string | readonly [placeholder: string, text: string];

function builtIn(
  purpose: Purpose,
  name: string,
  subject: string,
  [first, ...rest]: [string, ...Paragraph[]],
): StoredTemplate {
  const body = rest.reduce<string>(
    (text, next) => text + (typeof next === 'string' ? `\n\n${next}` : `{{#if ${next[0]}}}\n\n${next[1]}{{/if}}`),
    first,
  );
  return {
    ...{ id: `tpl_${purpose}`, name, purpose, subject, body },
    ...{ version: 1, builtIn: true, createdAtMs: 0, changedAtMs: 0 },
  };
}
