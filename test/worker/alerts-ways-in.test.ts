import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Alerts } from '../../durable-objects/alerts/alerts.ts';
import type { Condition } from '../../src/wire/alerts.ts';
import type { Json } from '../../src/wire/record.ts';
import {
  type AlertProject,
  alertProject,
  errors,
  errorsAbove,
  firingsOf,
  sql,
  ToldDestinations,
} from '../helpers/worker/alerts.ts';
import { callApp } from '../helpers/worker/call-app.ts';
import { ingest, LiveClient } from '../helpers/worker/live-client.ts';
import { until } from '../helpers/worker/until.ts';

let told: ToldDestinations;
beforeEach(() => {
  told = new ToldDestinations();
  // Nothing is evaluated: what fires was counted as it came in.
  vi.spyOn(Alerts.prototype, 'alarm').mockResolvedValue(undefined);
});

async function posted(project: AlertProject, path: string, body: unknown, contentType: string): Promise<void> {
  const { status } = await callApp('POST', path, {
    ...{ key: project.key, body: typeof body === 'string' ? body : JSON.stringify(body) },
    headers: { 'content-type': contentType },
  });
  expect(status).toBeLessThan(300);
}

/** Three errors each. */
const WAYS: Record<string, (project: AlertProject) => Promise<void>> = {
  HTTP: (project) => ingest(project, errors(3) as unknown as Json),
  NDJSON: (project) =>
    posted(
      project,
      '/api/ingest',
      errors(3)
        .map((one) => JSON.stringify(one))
        .join('\n'),
      'application/x-ndjson',
    ),
  'a socket': async (project) => {
    const client = await LiveClient.open({ project: project.id, key: project.key });
    expect(await client.ask({ type: 'TELEMETRY', id: 1, payload: errors(3) })).toMatchObject({
      type: 'ACK',
      stored: 3,
    });
  },
  OTLP: (project) => {
    const record = { timeUnixNano: `${Date.now()}000000`, severityNumber: 17, body: { stringValue: 'e' } };
    const scopeLogs = [{ logRecords: [record, record, { ...record, body: { stringValue: 'f' } }] }];
    return posted(project, '/v1/logs', { resourceLogs: [{ resource: {}, scopeLogs }] }, 'application/json');
  },
  Loki: (project) => {
    const values = [0, 1, 2].map((i) => [`${Date.now()}00000${i}`, `e ${i}`]);
    return posted(
      project,
      '/loki/api/v1/push',
      { streams: [{ stream: { level: 'error' }, values }] },
      'application/json',
    );
  },
  _bulk: (project) => {
    const lines = errors(3).flatMap((one) => [{ create: {} }, { '@timestamp': new Date().toISOString(), ...one }]);
    return posted(
      project,
      '/logs/_bulk',
      `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`,
      'application/x-ndjson',
    );
  },
};

describe('a rule that counts', () => {
  it.each(Object.keys(WAYS))('fires in the wake of the request that passes its threshold, by %s', async (way) => {
    const project = await alertProject();
    await project.configure([project.rule(errorsAbove(2))]);
    await WAYS[way]?.(project);
    await until('the notice', () => told.of(project.destination).length === 1);
    expect(await firingsOf(project)).toMatchObject([{ state: 'firing', value: 3, notices: 1 }]);
    // By the publication, and not by the alarm, which sets the next time.
    expect(await sql(project, 'SELECT value, due_at_ms > evaluated_at_ms AS waits FROM rules')).toEqual([
      { value: 3, waits: 0 },
    ]);
  });

  it.each<[string, Condition, Json]>([
    [
      'errors of one group',
      { kind: 'error_rate', fingerprint: null, threshold: 1 },
      [1, 2].map((i) => ({ stream: 'errors', message: 'boom', attrs: { fingerprint: 'checkout', i } })),
    ],
    [
      'operations of a target',
      { ...errorsAbove(1).condition, stream: 'operations', query: 'attrs.target:venmo' },
      [1, 2].map((i) => ({
        stream: 'operations',
        message: 'create',
        attrs: { scope: 'p2p', target: 'venmo', operation: 'create', durationMs: i, outcome: 'failure' },
      })),
    ],
  ])('counts %s', async (_, condition, records) => {
    const project = await alertProject();
    await project.configure([project.rule({ condition })]);
    await ingest(project, records);
    await until('the notice', () => told.of(project.destination).length === 1);
    expect(await firingsOf(project)).toMatchObject([{ state: 'firing', value: 2 }]);
  });

  it('counts events of fraud, which go to the journal by their own object', async () => {
    const project = await alertProject();
    await project.configure([project.rule({ condition: { kind: 'fraud_score', minScore: 0, threshold: 1 } })]);
    for (const userId of ['u1', 'u2']) {
      const { status } = await callApp('POST', '/api/fraud/event', {
        ...{ key: project.key, body: { userId, eventType: 'payment' } },
      });
      expect(status).toBe(200);
    }
    await until('the notice', () => told.of(project.destination).length === 1);
    expect(await firingsOf(project)).toMatchObject([{ state: 'firing', value: 2 }]);
  });
});
