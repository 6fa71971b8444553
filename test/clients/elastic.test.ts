/** Elasticsearch's official client with its bulk helper, unmodified, against a server that fails. */
import { Client, errors } from '@elastic/elasticsearch';
import { describe, expect, it } from 'vitest';
import type { Mishap } from '../helpers/node/failing-proxy.ts';
import { type Aim, OVER_QUOTA, OVERLOADED, useServer } from './target.ts';

const { aim } = useServer();
const FROM_MS = Date.UTC(2026, 10, 1);

interface Doc {
  '@timestamp': string;
  message: string;
  log: { level: string };
}

const documents: Doc[] = Array.from({ length: 300 }, (_, i) => ({
  '@timestamp': new Date(FROM_MS + i).toISOString(),
  message: `line ${i}`,
  log: { level: 'warning' },
}));
const messages = documents.map(({ message }) => message);

function client(to: Aim, options: object = {}): Client {
  return new Client({
    node: to.url.origin,
    auth: { apiKey: to.key },
    maxRetries: 10,
    ...options,
  });
}

/** Batches of about ten documents, several at once. */
function bulk(from: Client, docs: readonly object[], onDrop: (reason: unknown) => void = () => undefined) {
  return from.helpers.bulk<object>({
    datasource: [...docs],
    onDocument: () => ({ create: { _index: 'shop' } }),
    onDrop: ({ error }) => onDrop(error),
    ...{ flushBytes: 1_200, concurrency: 3, wait: 20 },
  });
}

describe('the client', () => {
  it('takes the server for Elasticsearch, by ping, info, health and the product check', async () => {
    const to = await aim([]);
    for (const auth of [{ apiKey: to.key }, { username: 'elastic', password: to.key }, { bearer: to.key }]) {
      const from = client(to, { auth });
      expect(await from.ping()).toBe(true);
      expect((await from.info()).version.number).toMatch(/^8\./);
      expect((await from.cluster.health()).status).toBe('green');
    }
  });

  it('is told that its key is no good', async () => {
    const to = await aim([]);
    const failed = await client(to, { auth: { apiKey: 'bw_1.k1.no.key' } })
      .info()
      .catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(errors.ResponseError);
    expect((failed as errors.ResponseError).message).toContain('key_invalid');
  });
});

describe('its bulk helper', () => {
  it.each<[string, Mishap[]]>([
    ['nothing', []],
    ['503', [OVERLOADED, 'pass', OVERLOADED, OVERLOADED]],
    ['cut connections', ['cut', 'pass', 'cut']],
    ['lost answers', ['lose', 'pass', 'lose', 'lose']],
    ['requests that come twice', ['twice', 'twice', 'pass', 'twice']],
    ['all of it', [OVERLOADED, 'lose', 'twice', 'cut', 'lose', 'pass', OVERLOADED, 'cut', 'twice']],
  ])('after %s has stored each document once', async (_, faults) => {
    const to = await aim(faults);
    const result = await bulk(client(to), documents);
    expect(result).toMatchObject({ failed: 0, successful: documents.length, aborted: false });
    await to.expectStored(messages);
    expect((await to.stored())[0]).toMatchObject({
      ts: FROM_MS,
      level: 'warn',
      service: 'shop',
      attrs: { index: 'shop' },
    });
  });

  it('drops the documents that are refused, with our reason, and no other', async () => {
    const to = await aim([]);
    const deep = JSON.parse(`${'{"a":'.repeat(20)}1${'}'.repeat(20)}`);
    const dropped: unknown[] = [];
    const result = await bulk(client(to), [documents[0], deep, documents[1]] as object[], (error) =>
      dropped.push(error),
    );
    expect(result).toMatchObject({ failed: 1, successful: 2 });
    expect(dropped).toEqual([{ type: 'document_parsing_exception', reason: expect.stringContaining('nested deeper') }]);
  });

  it('stops with the error at 429 for a whole request, which it does not repeat; running it again completes it, once', async () => {
    const to = await aim(['pass', OVER_QUOTA]);
    const from = client(to);
    const failed = await bulk(from, documents).then(
      () => null,
      (error: unknown) => error,
    );
    expect((failed as errors.ResponseError).statusCode).toBe(429);
    // The same documents in the same batches: what was stored is recognised by its body.
    expect(await bulk(from, documents)).toMatchObject({ failed: 0, successful: documents.length });
    await to.expectStored(messages);
  });
});
