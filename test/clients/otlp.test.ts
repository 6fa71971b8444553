/** OpenTelemetry's own exporters and pino's transport, unmodified, through a network that fails: stored equals sent, once. */
import { OTLPLogExporter as JsonLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtobufLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPMetricExporter as JsonMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtobufMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter as JsonTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { AggregationType, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AdminSession } from '../../scripts/start/api.ts';
import type { LogRecord } from '../../src/wire/record.ts';
import { exported, type Target } from '../conformance/client.ts';
import { newProject, readLedger } from '../faults/project.ts';
import { type FailingProxy, type Mishap, startFailingProxy } from '../helpers/node/failing-proxy.ts';
import { until } from '../helpers/node/temporary.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';

/** What happens to the requests in turn; after these all pass. Each failure is followed by something that lets the retry through. */
const PLAN: readonly Mishap[] = [
  { status: 429, headers: { 'retry-after': '1' } },
  'pass',
  'lose',
  'pass',
  'cut',
  'twice',
  { status: 503, headers: { 'retry-after': '1' } },
  'pass',
];
/** Enough that every mishap of the plan happens. */
const BATCHES = 5;
const BATCH = 20;

let server: StartedWorkerd;
let admin: AdminSession;
let target: Target;
let proxy: FailingProxy;

beforeAll(async () => {
  server = await startWorkerd();
  admin = await server.signIn();
});

beforeEach(async () => {
  target = { url: server.url, project: await newProject(admin) };
  proxy = await startFailingProxy(server.url, (number) => PLAN[number] ?? 'pass');
});

afterEach(() => proxy.close());
afterAll(() => server.stop());

const options = (signal: string) => ({
  url: `${proxy.url}/v1/${signal}`,
  headers: { authorization: `Bearer ${target.project.key}` },
});

const resource = resourceFromAttributes({ 'service.name': 'wallet', 'host.name': 'h1' });

/** Every mishap has happened, the ledger balances and says what the retries cost, and the records are these. */
async function expectStoredOnce(count: number): Promise<LogRecord[]> {
  const { counts } = proxy;
  expect([counts['429'], counts['503'], counts.lose, counts.cut, counts.twice]).toEqual([1, 1, 1, 1, 1]);
  const ledger = await readLedger(target, target.project);
  expect(ledger).toMatchObject({ stored: count, rejected: 0, refused: 0 });
  expect(ledger.received).toBe(ledger.stored + ledger.duplicate);
  // The lost answer and the doubled request.
  expect(ledger.duplicate).toBeGreaterThan(0);
  const records = await exported(target);
  expect(records).toHaveLength(count);
  return records;
}

const msOf = ([seconds, nanos]: readonly [number, number]) => seconds * 1_000 + Math.floor(nanos / 1e6);
/** The parts of OpenTelemetry's own objects that these tests compare. */
interface SentLog {
  body?: unknown;
  hrTime: [number, number];
  severityText?: string | undefined;
  attributes: object;
}
interface SentSpan {
  name: string;
  spanContext(): { traceId: string; spanId: string };
  parentSpanContext?: { spanId: string } | undefined;
  startTime: [number, number];
  attributes: object;
}

/** Notes what goes into an exporter, and passes it on. */
function noting<Item, Exporter extends { export(items: Item[], done: never): void }>(
  exporter: Exporter,
  sent: Item[],
): Exporter {
  const original = exporter.export.bind(exporter);
  exporter.export = (items: Item[], done: never) => {
    sent.push(...items);
    original(items, done);
  };
  return exporter;
}

describe.each([
  ['JSON', () => new JsonLogExporter(options('logs'))],
  ['JSON with gzip', () => new JsonLogExporter({ ...options('logs'), compression: 'gzip' as never })],
  ['protobuf', () => new ProtobufLogExporter(options('logs'))],
  ['protobuf with gzip', () => new ProtobufLogExporter({ ...options('logs'), compression: 'gzip' as never })],
])('the log exporter in %s', (_, make) => {
  it('stores what it was given, once', async () => {
    const sent: SentLog[] = [];
    const processor = new BatchLogRecordProcessor({
      exporter: noting(make(), sent as never[]),
      maxExportBatchSize: BATCH,
    });
    const provider = new LoggerProvider({ resource, processors: [processor] });
    const logger = provider.getLogger('checkout', '1.2.3');
    for (let i = 0; i < BATCHES * BATCH; i++) {
      logger.emit({
        severityNumber: i % 2 === 0 ? 9 : 17,
        severityText: i % 2 === 0 ? 'INFO' : 'ERROR',
        body: `payment ${i} für ü€🙂`,
        attributes: {
          index: i,
          ratio: i / 7,
          ok: i % 3 === 0,
          tags: ['a', 'b'],
          nested: { 'deep.er': [1, { x: true }] },
        },
      });
      if (i % BATCH === BATCH - 1) await provider.forceFlush();
    }
    await provider.shutdown();
    expect(sent).toHaveLength(BATCHES * BATCH);
    const records = await expectStoredOnce(sent.length);
    const stored = new Map(records.map((record) => [record.message, record]));
    for (const { body, hrTime, severityText, attributes } of sent) {
      expect(stored.get(String(body))).toMatchObject({
        stream: 'logs',
        service: 'wallet',
        level: severityText?.toLowerCase(),
        ts: msOf(hrTime),
        attrs: { ...attributes, resource: { 'host.name': 'h1' }, scope: { name: 'checkout', version: '1.2.3' } },
      });
    }
  });
});

describe.each([
  ['JSON', () => new JsonTraceExporter(options('traces'))],
  ['protobuf', () => new ProtobufTraceExporter(options('traces'))],
])('the trace exporter in %s', (_, make) => {
  it('stores every span, once, found by its trace', async () => {
    const sent: SentSpan[] = [];
    const processor = new BatchSpanProcessor({ exporter: noting(make(), sent as never[]), maxExportBatchSize: BATCH });
    const provider = new TracerProvider({ resource, spanProcessors: [processor] });
    const tracer = provider.getTracer('checkout');
    for (let i = 0; i < BATCHES * BATCH; i++) {
      const span = tracer.startSpan(`GET /pay/${i}`, { kind: i % 5, attributes: { 'http.status': 200 + i } });
      span.addEvent('retry', { attempt: 1 });
      if (i % 4 === 0) span.setStatus({ code: 2, message: 'timed out' });
      span.end();
      if (i % BATCH === BATCH - 1) await provider.forceFlush();
    }
    await provider.shutdown();
    const records = await expectStoredOnce(BATCHES * BATCH);
    const stored = new Map(records.map((record) => [record.spanId, record]));
    for (const [i, span] of sent.entries()) {
      const { traceId, spanId } = span.spanContext();
      expect(stored.get(spanId)).toMatchObject({
        stream: 'spans',
        service: 'wallet',
        message: span.name,
        traceId,
        ts: msOf(span.startTime),
        type: ['internal', 'server', 'client', 'producer', 'consumer'][i % 5],
        level: i % 4 === 0 ? 'error' : 'info',
        attrs: {
          ...span.attributes,
          status: i % 4 === 0 ? 'error' : 'unset',
          durationMs: expect.any(Number),
          events: [{ name: 'retry', attributes: { attempt: 1 } }],
        },
      });
    }
    const { traceId } = (sent[7] as SentSpan).spanContext();
    expect((await exported(target, { q: `traceId:${traceId}` })).map(({ message }) => message)).toEqual(['GET /pay/7']);
  });
});

interface SentMetric {
  descriptor: { name: string };
  dataPoints: { endTime: [number, number]; attributes: object; value: unknown }[];
}

describe.each([
  ['JSON', () => new JsonMetricExporter(options('metrics'))],
  ['protobuf', () => new ProtobufMetricExporter(options('metrics'))],
])('the metric exporter in %s', (_, make) => {
  it('stores every data point of every collection, once, also of the two at its end', async () => {
    const sent: SentMetric[] = [];
    const exporter = make();
    const original = exporter.export.bind(exporter);
    exporter.export = (metrics, done) => {
      sent.push(...metrics.scopeMetrics.flatMap((scope) => scope.metrics as unknown as SentMetric[]));
      original(metrics, done);
    };
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
    const views = [
      {
        instrumentName: 'sizes',
        aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM, options: { recordMinMax: true } },
      },
    ];
    const provider = new MeterProvider({ resource, readers: [reader], views: views as never });
    const meter = provider.getMeter('checkout');
    const requests = meter.createCounter('requests', { unit: '1', description: 'all of them' });
    const latency = meter.createHistogram('latency', { unit: 'ms' });
    const sizes = meter.createHistogram('sizes', { unit: 'By' });
    const queue = meter.createUpDownCounter('queue');
    meter.createObservableGauge('temperature').addCallback((result) => result.observe(21.5, { room: 'a' }));
    for (let i = 0; i < BATCHES; i++) {
      requests.add(3, { route: '/a' });
      requests.add(1, { route: '/b' });
      latency.record(12.5, { route: '/a' });
      sizes.record(4_096);
      queue.add(-1);
      await provider.forceFlush();
    }
    await provider.shutdown();
    const points = sent.flatMap(({ descriptor, dataPoints }) =>
      dataPoints.map((point) => ({ name: descriptor.name, ...point })),
    );
    const records = await expectStoredOnce(points.length);
    const keyOf = (name: string, ts: number, labels: object) => JSON.stringify([name, ts, labels]);
    const stored = new Map(
      records.map(({ message, ts, attrs }) => [keyOf(message, ts, attrs.labels as object), attrs]),
    );
    expect(records.every(({ stream, service }) => stream === 'metrics' && service === 'wallet')).toBe(true);
    for (const { name, endTime, attributes, value } of points) {
      const attrs = stored.get(keyOf(name, msOf(endTime), attributes));
      if (typeof value === 'number') {
        expect(attrs).toMatchObject({ name, value });
      } else {
        const { count, sum, min, max } = value as Record<string, number>;
        expect(attrs).toMatchObject({ name, count, sum, min, max, temporality: 'cumulative' });
      }
    }
    const types = new Map(records.map(({ message, type }) => [message, type]));
    expect(Object.fromEntries(types)).toEqual({
      requests: 'sum',
      latency: 'histogram',
      sizes: 'exponentialHistogram',
      queue: 'sum',
      temperature: 'gauge',
    });
  });
});

describe.each(['http', 'http/protobuf'] as const)("pino's transport for OpenTelemetry over %s", (protocol) => {
  it('stores every line, once', async () => {
    const exporterOptions =
      protocol === 'http'
        ? { protocol, httpExporterOptions: options('logs') }
        : { protocol, protobufExporterOptions: options('logs') };
    const transport = pino.transport({
      target: 'pino-opentelemetry-transport',
      options: {
        loggerName: 'pino',
        serviceVersion: '1.0.0',
        resourceAttributes: { 'service.name': 'wallet' },
        logRecordProcessorOptions: {
          recordProcessorType: 'batch',
          exporterOptions,
          processorConfig: { maxExportBatchSize: BATCH, scheduledDelayMillis: 100 },
        },
      },
    });
    const logger = pino({ level: 'trace' }, transport);
    for (let i = 0; i < BATCHES * BATCH; i++) logger[i % 2 === 0 ? 'info' : 'error']({ index: i }, `line ${i}`);
    // Its end() holds up this thread, and with it the proxy, so by then all must be through.
    await until('every line is stored and every failure has happened', async () => {
      const ledger = await readLedger(target, target.project);
      return ledger.stored >= BATCHES * BATCH && proxy.counts['503'] === 1;
    });
    const closed = new Promise((resolve) => transport.once('close', resolve));
    transport.end();
    await closed;
    const records = await expectStoredOnce(BATCHES * BATCH);
    const found = records.map(({ message, level, service, attrs }) => ({
      message,
      level,
      service,
      index: attrs.index,
    }));
    expect(found.sort((a, b) => Number(a.index) - Number(b.index))).toEqual(
      Array.from({ length: BATCHES * BATCH }, (_, i) => ({
        message: `line ${i}`,
        level: i % 2 === 0 ? 'info' : 'error',
        service: 'wallet',
        index: i,
      })),
    );
  });
});
