import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { onTestFinished, vi } from 'vitest';
import type { DestinationConfig } from '../../../src/delivery/calls.ts';
import { type DestinationObject, destinationOf } from '../../../src/delivery/object.ts';
import { parseConfig } from '../../../src/env.ts';
import { encryptAtRest } from '../../../src/shared/at-rest.ts';
import { utf8 } from '../../../src/shared/bytes.ts';
import { randomId } from '../../../src/shared/ids.ts';
import { DEFAULT_BREAKER, type Delivery, type DeliveryEvent } from '../../../src/wire/delivery.ts';

export interface Call {
  url: string;
  method: string;
  headers: Headers;
  body: string;
  /** Of the object's clock, which a test may move. */
  atMs: number;
  signal: AbortSignal;
}

export type Answers = (call: Call, index: number) => Response | Promise<Response>;

/** Stands for the network: every request of an object comes here. */
export interface FakeReceiver {
  calls: Call[];
  answer: Answers;
  /** Requests that have no answer yet, now and at most so far. */
  open: number;
  mostOpen: number;
}

export function fakeReceiver(answer: Answers = () => new Response('ok')): FakeReceiver {
  const receiver: FakeReceiver = { calls: [], answer, open: 0, mostOpen: 0 };
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (url, init) => {
    const { method = 'GET', headers, body, signal } = init as RequestInit;
    const call: Call = {
      ...{ url: String(url), method, headers: new Headers(headers), body: String(body), atMs: Date.now() },
      signal: signal as AbortSignal,
    };
    receiver.mostOpen = Math.max(receiver.mostOpen, ++receiver.open);
    try {
      return await receiver.answer(call, receiver.calls.push(call) - 1);
    } finally {
      receiver.open--;
    }
  });
  return receiver;
}

/** Ends as a connection whose request was given up, and not before. */
export function hang({ signal }: Pick<Call, 'signal'>): Promise<Response> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}

/** Moves the clock of every object; real timers go on by themselves. */
export function movableClock(): { advance(ms: number): void } {
  const real = Date.now.bind(Date);
  let offsetMs = 0;
  vi.spyOn(Date, 'now').mockImplementation(() => real() + offsetMs);
  return {
    advance(ms) {
      offsetMs += ms;
    },
  };
}

export interface TestDestination {
  id: string;
  config: DestinationConfig;
  object: DestinationObject;
  /** Another version of it. */
  change(changes: Partial<DestinationConfig>): Promise<void>;
  enqueue(...events: DeliveryEvent[]): ReturnType<DestinationObject['enqueue']>;
  deliveries(): Promise<Delivery[]>;
  /** By the event's id. */
  delivery(eventId: string): Promise<Delivery | undefined>;
  /** Awaited: armed ones also go off by themselves. */
  alarm(): Promise<void>;
  sql<T extends Record<string, SqlStorageValue>>(statement: string): Promise<T[]>;
}

export const HMAC_KEY = new Uint8Array(32).fill(7);

export async function testDestination(changes: Partial<DestinationConfig> = {}): Promise<TestDestination> {
  const id = randomId('dst');
  const stub = env.DESTINATION.getByName(id);
  const object = destinationOf(env, id);
  const config: DestinationConfig = {
    ...{ destinationId: id, projectId: 'prj_test', version: 1, name: 'Receiver', kind: 'webhook', disabled: false },
    ...{ url: 'http://127.0.0.1:9100/hook', headers: [], template: null, timeoutMs: 5_000, ordered: false },
    ...{ maxPerSecond: 1_000, warmProbe: false, breaker: DEFAULT_BREAKER },
    secrets: [{ id: 'sec_1', kind: 'v1', stored: encrypted(`destination secret ${id}`, HMAC_KEY), expiresAtMs: null }],
    ...changes,
  };
  await object.configure(config);
  // What it still wants to send must not reach the receiver of the next test.
  onTestFinished(() => object.remove());
  const destination: TestDestination = {
    ...{ id, config, object },
    async change(more) {
      destination.config = { ...destination.config, version: destination.config.version + 1, ...more };
      await object.configure(destination.config);
    },
    enqueue: (...events) => object.enqueue(events),
    deliveries: async () => (await object.list({ state: null, fromMs: 0, toMs: 1e15, limit: 200, cursor: null })).items,
    delivery: async (eventId) => (await destination.deliveries()).find((delivery) => delivery.eventId === eventId),
    alarm: () => runInDurableObject(stub, (instance) => instance.alarm()),
    sql: (statement) => runInDurableObject(stub, (_, { storage }) => storage.sql.exec(statement).toArray() as never),
  };
  return destination;
}

export function encrypted(purpose: string, secret: Uint8Array | string): string {
  return encryptAtRest(parseConfig(env), purpose, typeof secret === 'string' ? utf8(secret) : secret);
}

export function event(changes: Partial<DeliveryEvent> = {}): DeliveryEvent {
  return {
    ...{ id: randomId('evt'), type: 'alert.firing', projectId: 'prj_test', subject: randomId('frg') },
    ...{ createdAtMs: 1_800_000_000_000, data: { id: 'ntc_1', status: 'firing' } },
    ...changes,
  };
}
