import type { DestinationConfig } from '../calls.ts';

/** Whether a newer version is what the one before it was, encrypted anew by cron (verbs/reseal.ts): then nobody has decided anything. */
export function isResealed(before: DestinationConfig, after: DestinationConfig): boolean {
  const ciphertexts = ({ secrets }: DestinationConfig) => JSON.stringify(secrets.map(({ stored }) => stored));
  return plain(before) === plain(after) && ciphertexts(before) !== ciphertexts(after);
}

function plain({ version: _, ...config }: DestinationConfig): string {
  return JSON.stringify({
    ...config,
    headers: config.headers.map((header) => (header.secret ? { ...header, value: '' } : header)),
    secrets: config.secrets.map((secret) => ({ ...secret, stored: '' })),
  });
}
