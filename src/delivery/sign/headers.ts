import { createHmac, sign } from 'node:crypto';
import { toBase64, utf8 } from '../../shared/bytes.ts';
import { ed25519Key, type WebhookSecret } from './secret.ts';

/**
 * The headers of one attempt (Standard Webhooks 1.0, "Webhook headers"): the same id at each, the time of this one, and a signature of every secret that is
 * valid now, so that a receiver can change its own at any time of the overlap. Without a secret there is no signature. `id` has no dot: dots join what
 * is signed. `body` is what is sent, to the byte.
 */
export function webhookHeaders(
  id: string,
  body: string,
  secrets: readonly WebhookSecret[],
  nowMs: number,
): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1_000));
  const signed = utf8(`${id}.${timestamp}.${body}`);
  const signatures = secrets.map((secret) => signature(secret, signed));
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    ...(signatures.length > 0 && { 'webhook-signature': signatures.join(' ') }),
  };
}

function signature({ kind, bytes }: WebhookSecret, signed: Uint8Array): string {
  return kind === 'v1'
    ? `v1,${createHmac('sha256', bytes).update(signed).digest('base64')}`
    : `v1a,${toBase64(sign(null, signed, ed25519Key(bytes)))}`;
}
