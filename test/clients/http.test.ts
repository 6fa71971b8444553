/** Senders of JSON over HTTP, unmodified, against a server that fails. */
import pino from 'pino';
import { createWriteStream } from 'pino-http-send';
import { describe, expect, it } from 'vitest';
import winston from 'winston';
import type { Mishap } from '../helpers/node/failing-proxy.ts';
import { until } from '../helpers/node/temporary.ts';
import { OVER_QUOTA, OVERLOADED, useServer } from './target.ts';

const { aim } = useServer();

describe('pino with pino-http-send', () => {
  it.each([
    ['json', {}],
    ['ndjson', {}],
  ])('as %s repeats until all is stored, once', async (bodyType) => {
    const faults: Mishap[] = [OVERLOADED, 'lose', 'twice', OVER_QUOTA, 'cut', 'pass', 'lose', OVERLOADED, 'cut'];
    const to = await aim(faults);
    const stream = createWriteStream({
      url: `${to.url.href}api/ingest`,
      headers: { authorization: `Bearer ${to.key}` },
      ...{ bodyType, batchSize: 10, retries: 20, interval: 50, timeout: 100, silent: true },
    });
    const logger = pino({ name: 'shop' }, stream);
    const messages = Array.from({ length: 95 }, (_, i) => `line ${i}`);
    for (const message of messages) logger.warn({ n: 1 }, message);
    await until('all are stored', async () => (await to.stored()).length >= messages.length);
    // A repeat of what was stored may still be on its way.
    await until('each request has had its answer', () => (to.proxy.counts.pass ?? 0) >= 9);
    await to.expectStored(messages);
    expect((await to.stored())[0]).toMatchObject({ level: 'warn', service: 'shop', attrs: { n: 1, pid: process.pid } });
  });

  it('gives up after its retries, and says which lines it drops', async () => {
    const to = await aim(Array.from({ length: 10 }, () => OVERLOADED));
    const stream = createWriteStream({
      url: `${to.url.href}api/ingest?key=${to.key}`,
      ...{ batchSize: 5, retries: 2, interval: 20, timeout: 50, silent: true },
    });
    for (let i = 0; i < 5; i++) stream.write(`${JSON.stringify({ level: 30, time: Date.now(), msg: `line ${i}` })}\n`);
    await until('it has tried three times', () => to.proxy.counts['503'] === 3);
    await to.expectStored([]);
  });
});

describe('winston with its Http transport', () => {
  function logger(to: { url: URL; key: string }, options: object = {}) {
    const transport = new winston.transports.Http({
      ...{ host: to.url.hostname, port: Number(to.url.port), path: '/api/ingest?service=shop' },
      auth: { bearer: to.key },
      ...options,
    });
    const timed = winston.format.combine(winston.format.timestamp(), winston.format.json());
    return { transport, log: winston.createLogger({ format: timed, transports: [transport] }) };
  }

  it('sends lines alone and in batches', async () => {
    for (const options of [{}, { batch: true, batchCount: 10, batchInterval: 50 }]) {
      const to = await aim([]);
      const { log } = logger(to, options);
      for (let i = 0; i < 25; i++) log.error(`line ${i}`, { user: i });
      await until('all are stored', async () => (await to.stored()).length >= 25);
      await to.expectStored(Array.from({ length: 25 }, (_, i) => `line ${i}`));
      const record = (await to.stored()).find(({ message }) => message === 'line 7');
      expect(record).toMatchObject({ level: 'error', service: 'shop', attrs: { user: 7 } });
      expect(record?.attrs).not.toHaveProperty('timestamp');
    }
  });

  it('takes the key as basic auth too', async () => {
    const to = await aim([]);
    const { log } = logger(to, { auth: { username: 'any', password: to.key } });
    log.info('line');
    await until('it is stored', async () => (await to.stored()).length === 1);
  });

  it('repeats nothing: what is refused or cut is lost at the client, with a warning; all else is stored once', async () => {
    const faults: Mishap[] = [OVERLOADED, 'lose', 'twice', OVER_QUOTA, 'cut'];
    const to = await aim(faults);
    const { log, transport } = logger(to);
    let warnings = 0;
    transport.on('warn', () => warnings++);
    const messages = Array.from({ length: 8 }, (_, i) => `line ${i}`);
    for (const message of messages) {
      // One after the other, so that it is known which line meets which fault.
      const answered = new Promise((resolve) => transport.once('warn', resolve).once('logged', resolve));
      log.info(message);
      await answered;
    }
    await to.expectStored(messages.filter((_, i) => ![0, 3, 4].includes(i)));
    // It takes every answer but 200 for a failure, also our 202.
    expect(warnings).toBe(8);
  });
});
