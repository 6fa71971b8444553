/** pino-loki and winston-loki, unmodified, against a server that fails. */
import { finished } from 'node:stream/promises';
import pino from 'pino';
import pinoLoki, { type LokiOptions } from 'pino-loki';
import { describe, expect, it } from 'vitest';
import winston from 'winston';
import LokiTransport from 'winston-loki';
import type { Mishap } from '../helpers/node/failing-proxy.ts';
import { until } from '../helpers/node/temporary.ts';
import { type Aim, OVER_QUOTA, OVERLOADED, useServer } from './target.ts';

const { aim } = useServer();

describe('pino-loki', () => {
  /** Logs the numbers and returns when the transport has sent all it will. */
  async function log(to: Aim, count: number, options: Partial<LokiOptions>): Promise<void> {
    const stream = pinoLoki({
      host: to.url.href,
      basicAuth: { username: 'any', password: to.key },
      labels: { app: 'shop' },
      propsToLabels: ['zone'],
      silenceErrors: true,
      logFormat: '{msg}',
      ...options,
    });
    const logger = pino({}, stream);
    for (let i = 0; i < count; i++) logger.warn({ zone: 'eu', meta: { trace_id: `t${i}`, n: i } }, `line ${i}`);
    stream.end();
    await finished(stream);
  }

  it('sends its batches, which become records with labels and metadata', async () => {
    const to = await aim([]);
    await log(to, 50, {});
    await to.expectStored(Array.from({ length: 50 }, (_, i) => `line ${i}`));
    expect(to.proxy.counts).toEqual({ pass: 1 });
    const record = (await to.stored()).find(({ message }) => message === 'line 7');
    expect(record).toMatchObject({
      ...{ level: 'warn', service: 'shop', traceId: 't7' },
      attrs: { app: 'shop', zone: 'eu', hostname: expect.any(String), n: '7' },
    });
  });

  it('sends each line alone with batching off', async () => {
    const to = await aim([]);
    await log(to, 30, { batching: false });
    await until('all are sent', () => to.proxy.counts.pass === 30);
    await until('all are stored', async () => (await to.stored()).length === 30);
    await to.expectStored(Array.from({ length: 30 }, (_, i) => `line ${i}`));
  });

  it('loses itself what is refused or cut, and nothing else: it repeats nothing, whatever the status', async () => {
    const faults: Mishap[] = [OVERLOADED, OVER_QUOTA, 'cut', 'lose', 'twice'];
    const to = await aim(faults);
    await log(to, 30, { batching: false });
    await until('all are sent', () => Object.values(to.proxy.counts).reduce((sum, n) => sum + n, 0) === 30);
    const messages = await until('what it did not lose is stored', async () => {
      const found = (await to.stored()).map(({ message }) => message);
      return found.length >= 27 && found;
    });
    await to.expectStored([...new Set(messages)]);
    expect(messages.length).toBe(27);
  });

  it('stores once what the network delivers twice, and what the client thinks lost', async () => {
    for (const fault of ['twice', 'lose'] as const) {
      const to = await aim([fault]);
      await log(to, 40, {});
      await to.expectStored(Array.from({ length: 40 }, (_, i) => `line ${i}`));
    }
  });
});

describe('winston-loki', () => {
  const faults: [string, Mishap[]][] = [
    ['nothing', []],
    ['503', [OVERLOADED]],
    ['429', [OVER_QUOTA]],
    ['a cut connection', ['cut']],
    ['a lost answer', ['lose']],
    ['a request that comes twice', ['twice']],
  ];
  const formats: [string, boolean][] = [
    ['protobuf and snappy', false],
    ['JSON', true],
  ];

  describe.each(formats)('in %s', (_, json) => {
    it.each(faults)('after %s has stored each line once', async (__, plan) => {
      const to = await aim(plan);
      const transport = new LokiTransport({
        host: to.url.origin,
        basicAuth: `any:${to.key}`,
        labels: { app: 'shop' },
        json,
        interval: 0.2,
        gracefulShutdown: false,
        format: winston.format.printf(({ message }) => String(message)),
      });
      // It falls back to JSON where its snappy does not load, which would prove nothing.
      const { contentType } = Reflect.get(transport, 'batcher') as { contentType: string };
      expect(contentType).toBe(json ? 'application/json' : 'application/x-protobuf');
      const logger = winston.createLogger({ transports: [transport] });
      for (let i = 0; i < 40; i++) logger.error(`line ${i} "é"`);
      await until('it has sent once', () => Object.keys(to.proxy.counts).length > 0);
      // After an error it waits a minute before it repeats; what closing waits for is the same repeat.
      await transport.close();
      await to.expectStored(Array.from({ length: 40 }, (___, i) => `line ${i} "é"`));
      expect((await to.stored())[0]).toMatchObject({ level: 'error', service: 'shop', attrs: { app: 'shop' } });
    });
  });
});
