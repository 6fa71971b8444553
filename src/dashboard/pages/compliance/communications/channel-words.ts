import type { Communication } from '../../../../wire/compliance.ts';

export const CHANNEL_WORDS: Record<Communication['channel'], string> = {
  email: 'E-mail',
  letter: 'Letter',
  phone: 'Phone call',
  portal: 'Message in the portal',
  webhook: 'Event to a destination',
};
