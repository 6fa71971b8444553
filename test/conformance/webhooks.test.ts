/** The signatures that others computed for the same secret, id, time and body. */
import { expect, it } from 'vitest';
import { webhookHeaders } from '../../src/delivery/sign/headers.ts';
import { fromBase64 } from '../../src/shared/bytes.ts';
import { absent, readData } from './data.ts';

interface Vector {
  lib: string;
  secret: string;
  id: string;
  timestamp: number;
  body: string;
  signature: string;
}

const FILE = ['webhooks', 'standard_webhooks_vector.json'] as const;

it('a delivery is signed as Standard Webhooks and Svix sign it', (context) => {
  const data = readData(...FILE);
  if (!data) return context.skip(absent(...FILE));
  const vectors: Vector[] = JSON.parse(data.toString());
  expect(vectors.length).toBeGreaterThan(0);
  for (const { lib, secret, id, timestamp, body, signature } of vectors) {
    const bytes = fromBase64(secret.replace('whsec_', ''));
    const headers = webhookHeaders(id, body, [{ kind: 'v1', bytes }], timestamp * 1_000);
    expect([lib, headers['webhook-signature']]).toEqual([lib, signature]);
  }
});
