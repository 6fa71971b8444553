import type { CommunicationTemplate } from '../../../../wire/compliance.ts';

export const PURPOSE_WORDS: Record<CommunicationTemplate['purpose'], string> = {
  acknowledge: 'A request was received',
  executed: 'A request was carried out',
  cancelled: 'A request was cancelled',
  held: 'A part is held back',
  breach_affected: 'A breach, to those affected',
  breach_authority: 'A breach, to the authority',
};
