import { err, ok, type Result } from '../../shared/result.ts';
import { webhookHeaders } from '../sign/headers.ts';
import type { WebhookSecret } from '../sign/secret.ts';
import { withoutSecrets } from './safe-text.ts';
import type { OutgoingRequest } from './send.ts';

const USER_AGENT = 'Breakwater-Webhooks/1';
/** Shorter ones are words of a language, such as the scheme itself. */
const MIN_WORD_CHARACTERS = 8;

/** What a destination's configuration holds, decrypted. */
export interface Keyring {
  headers: readonly { name: string; value: string; secret: boolean }[];
  secrets: readonly (WebhookSecret & { expiresAtMs: number | null })[];
}

export interface Letter {
  url: string;
  deliveryId: string;
  body: string;
  contentType: string;
}

/**
 * The request of one attempt, and its headers as the log may show them. The destination's own headers go over those of the form; what signs goes over
 * both. Error: a sentence; the configuration was checked when it was made, and this is what is left to go wrong.
 */
export function requestOf(
  { url, deliveryId, body, contentType }: Letter,
  keyring: Keyring,
  nowMs: number,
): Result<{ request: OutgoingRequest; shownHeaders: Record<string, string> }, string> {
  const valid = keyring.secrets.filter(({ expiresAtMs }) => expiresAtMs === null || expiresAtMs > nowMs);
  const headers = new Headers({ 'content-type': contentType, 'user-agent': USER_AGENT });
  for (const { name, value } of keyring.headers) {
    if (!isSendable(name, value)) return err(`the header ${JSON.stringify(name)} cannot be sent`);
    headers.set(name, value);
  }
  for (const [name, value] of Object.entries(webhookHeaders(deliveryId, body, valid, nowMs))) headers.set(name, value);
  const hidden = keyring.headers.filter(({ secret }) => secret);
  const secrets = hidden.flatMap(({ value }) => [value, ...wordsOf(value)]);
  const hiddenNames = new Set(hidden.map(({ name }) => name.toLowerCase()));
  const shown = [...headers].filter(([name]) => !hiddenNames.has(name));
  return ok({
    request: { url, headers, body, secrets },
    shownHeaders: Object.fromEntries(shown.map(([name, value]) => [name, withoutSecrets(value, secrets)])),
  });
}

/** Of `Bearer abc…` an answer may repeat what is behind the scheme alone. */
function wordsOf(value: string): string[] {
  return value.split(/\s+/).filter((word) => word.length >= MIN_WORD_CHARACTERS);
}

/** RFC 9110, 5.1 and 5.5: `Headers` throws for the rest. */
function isSendable(name: string, value: string): boolean {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
}
