import { createPublicKey, verify } from 'node:crypto';
import fc from 'fast-check';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { webhookHeaders } from '../../../src/delivery/sign/headers.ts';
import { generateSecret, publicKeyText, secretText, type WebhookSecret } from '../../../src/delivery/sign/secret.ts';
import { fromBase64 } from '../../../src/shared/bytes.ts';

const ID = 'dst_1-evt_1';
const BODY = '{"type":"alert.firing","data":{"name":"Zahlung für 5 €"}}';

/** As a receiver does it that knows the public key alone. */
function verifiesV1a(publicKey: string, headers: Record<string, string>, body: string): boolean {
  const key = createPublicKey({
    key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(publicKey.slice(5), 'base64')]),
    ...({ format: 'der', type: 'spki' } as const),
  });
  const signed = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`);
  return (headers['webhook-signature'] ?? '')
    .split(' ')
    .filter((one) => one.startsWith('v1a,'))
    .some((one) => verify(null, signed, key, Buffer.from(one.slice(4), 'base64')));
}

describe('the headers of an attempt', () => {
  it('are those of the test vector of the specification', () => {
    const secret: WebhookSecret = { kind: 'v1', bytes: fromBase64('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw') };
    expect(webhookHeaders('msg_p5jXN8AQM9LWM0D4loKWxJek', '{"test": 2432232314}', [secret], 1614265330_999)).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('are verified by the standardwebhooks library, whatever the body', () => {
    fc.assert(
      fc.property(fc.json(), fc.uint8Array({ minLength: 24, maxLength: 64 }), (body, bytes) => {
        const headers = webhookHeaders(ID, body, [{ kind: 'v1', bytes }], Date.now());
        expect(new Webhook(secretText({ kind: 'v1', bytes })).verify(body, headers)).toEqual(JSON.parse(body));
      }),
      { numRuns: 300 },
    );
  });

  it('are refused by it for another body, id, time or secret', () => {
    const secret = generateSecret('v1');
    const webhook = new Webhook(secretText(secret));
    const headers = webhookHeaders(ID, BODY, [secret], Date.now());
    expect(webhook.verify(BODY, headers)).toEqual(JSON.parse(BODY));
    const wrong: [string, Record<string, string>][] = [
      [`${BODY} `, headers],
      [BODY, { ...headers, 'webhook-id': 'dst_1-evt_2' }],
      [BODY, { ...headers, 'webhook-timestamp': String(Number(headers['webhook-timestamp']) + 1) }],
      [BODY, webhookHeaders(ID, BODY, [generateSecret('v1')], Date.now())],
      [BODY, webhookHeaders(ID, BODY, [secret], Date.now() - 301_000)],
    ];
    for (const [body, changed] of wrong) expect(() => webhook.verify(body, changed)).toThrow(WebhookVerificationError);
  });

  it('carry a signature of each valid secret, so that both ends of a rotation verify', () => {
    const [fresh, old, pair] = [generateSecret('v1'), generateSecret('v1'), generateSecret('v1a')];
    const headers = webhookHeaders(ID, BODY, [fresh, pair, old], Date.now());
    expect(headers['webhook-signature']).toMatch(/^v1,[\w+/]{43}= v1a,[\w+/]{86}== v1,[\w+/]{43}=$/);
    for (const secret of [fresh, old])
      expect(new Webhook(secretText(secret)).verify(BODY, headers)).toEqual(JSON.parse(BODY));
    expect(verifiesV1a(publicKeyText(pair) ?? '', headers, BODY)).toBe(true);
    expect(verifiesV1a(publicKeyText(pair) ?? '', headers, `${BODY} `)).toBe(false);
    expect(verifiesV1a(publicKeyText(generateSecret('v1a')) ?? '', headers, BODY)).toBe(false);
  });

  it('have no signature where there is no secret', () => {
    expect(webhookHeaders(ID, BODY, [], 1_999)).toEqual({ 'webhook-id': ID, 'webhook-timestamp': '1' });
  });
});

describe('Ed25519', () => {
  it('makes the key pair of RFC 8032, 7.1, test 1', () => {
    const seed = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex');
    const publicKey = Buffer.from('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'hex');
    const secret: WebhookSecret = { kind: 'v1a', bytes: new Uint8Array(seed) };
    expect(publicKeyText(secret)).toBe(`whpk_${publicKey.toString('base64')}`);
    expect(secretText(secret)).toBe(`whsk_${Buffer.concat([seed, publicKey]).toString('base64')}`);
  });
});

describe('a secret', () => {
  it('is another each time, of 256 bits, and shown with the prefix of its kind', () => {
    for (const [kind, form] of [
      ['v1', /^whsec_[\w+/]{43}=$/],
      ['v1a', /^whsk_[\w+/]{86}==$/],
    ] as const) {
      const texts = Array.from({ length: 100 }, () => secretText(generateSecret(kind)));
      expect(new Set(texts).size).toBe(100);
      for (const text of texts) expect(text).toMatch(form);
    }
  });
});
