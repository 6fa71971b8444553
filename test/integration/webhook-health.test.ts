/** Webhooks of a real Worker beside a real resolver and a real receiver: what a name leads to, and the health of it as documents say to ask for it. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_DIR } from '../../scripts/lib/run.ts';
import type { AdminSession } from '../../scripts/start/api.ts';
import type { Pulse } from '../../src/wire/alerts.ts';
import type { Attempt, WebhookHealth } from '../../src/wire/delivery.ts';
import { until } from '../helpers/node/temporary.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';

interface Question {
  name: string;
  type: string;
  accept: string;
}

type Answer = (question: Question, response: ServerResponse) => void;

const asked: Question[] = [];
const received: string[] = [];
/** What the resolver does, by name. */
const names = new Map<string, Answer>();
let worker: StartedWorkerd;
let admin: AdminSession;
let projectId: string;
let servers: Server[];
let receiverUrl: string;

const dnsJson = (response: ServerResponse, body: object) =>
  response.writeHead(200, { 'content-type': 'application/dns-json' }).end(JSON.stringify(body));
const leadsTo =
  (...addresses: string[]): Answer =>
  ({ name, type }, response) => {
    const number = type === 'A' ? 1 : 28;
    const those = addresses.filter((address) => address.includes(':') === (type === 'AAAA'));
    dnsJson(response, { Status: 0, Answer: those.map((data) => ({ name, type: number, TTL: 300, data })) });
  };

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  const resolver = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://resolver');
    const question = {
      ...{ name: searchParams.get('name') ?? '', type: searchParams.get('type') ?? '' },
      accept: request.headers.accept ?? '',
    };
    asked.push(question);
    const answer = names.get(question.name);
    if (answer) answer(question, response);
    else dnsJson(response, { Status: 3 });
  });
  const receiver = createServer((request, response) => {
    received.push(request.url ?? '');
    request.resume().on('end', () => response.writeHead(request.url === '/fails' ? 500 : 200).end());
  });
  servers = [resolver, receiver];
  const [resolverUrl, url] = [await listen(resolver), await listen(receiver)];
  receiverUrl = url;
  worker = await startWorkerd({ vars: { DNS_RESOLVER_URL: `${resolverUrl}/dns-query` } });
  admin = await worker.signIn();
  projectId = ((await admin.post('/api/projects', { name: 'Names' })) as { id: string }).id;
});

afterAll(async () => {
  for (const server of servers ?? []) {
    server.close();
    server.closeAllConnections();
  }
  await worker?.stop();
});

async function destination(url: string): Promise<{ id: string; test(): Promise<Attempt> }> {
  const made = await admin.post(`/api/destinations?project=${projectId}`, { name: `To ${url}`, url });
  const { id } = made as { id: string };
  return {
    id,
    test: async () => (await admin.post(`/api/destinations/${id}/test?project=${projectId}`, {})) as Attempt,
  };
}

describe('a destination with a name', () => {
  it.each([
    ['leads to this machine', leadsTo('127.0.0.1'), 'address_refused', /127\.0\.0\.1 is loopback/],
    [
      'leads to metadata beside a public address',
      leadsTo('8.8.8.8', '169.254.169.254'),
      'address_refused',
      /link-local/,
    ],
    ['leads to this machine over IPv6', leadsTo('::1'), 'address_refused', /::1 is loopback/],
    ['is not there', null, 'dns_failed', /NXDOMAIN/],
    ['has no address', leadsTo(), 'dns_failed', /has no address/],
    ['has servers that fail', (_, response) => dnsJson(response, { Status: 2 }), 'dns_failed', /SERVFAIL/],
    ['is not answered for', () => undefined, 'dns_failed', /did not say in time/],
    ['is answered for by a page', (_, response) => response.end('<html>'), 'dns_failed', /did not say in time/],
    [
      'is answered for without end',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/dns-json' });
        const more = () => {
          while (!response.destroyed && response.write(' '.repeat(65_536)));
        };
        response.on('drain', more);
        more();
      },
      'dns_failed',
      /did not say in time/,
    ],
    [
      'is answered for elsewhere',
      (_, response) => response.writeHead(302, { location: `${receiverUrl}/elsewhere` }).end(),
      'dns_failed',
      /did not say in time/,
    ],
  ] as [string, Answer | null, string, RegExp][])('that %s gets nothing', async (what, answer, outcome, error) => {
    const name = `${what.toLowerCase().replaceAll(/\W/g, '-')}.example.com`;
    if (answer) names.set(name, answer);
    const attempt = await (await destination(`https://${name}/hook`)).test();
    expect(attempt).toMatchObject({ outcome, status: null, response: null, error: expect.stringMatching(error) });
    expect(asked.filter((question) => question.name === name)).toEqual(
      ['A', 'AAAA'].map((type) => ({ name, type, accept: 'application/dns-json' })),
    );
    expect(received).toEqual([]);
  });
});

describe('health', () => {
  it('is printed in four lines by the command of docs/alerts.md, as it stands there', async () => {
    const good = await destination(`${receiverUrl}/ok`);
    expect(await good.test()).toMatchObject({ outcome: 'delivered', dnsMs: 0 });
    const { key } = (await admin.post(`/api/projects/${projectId}/keys`, { name: 'monitor', scopes: ['query'] })) as {
      key: string;
    };
    const document = readFileSync(path.join(PROJECT_DIR, 'docs/alerts.md'), 'utf8');
    const [, command = ''] = /^## Health$[\s\S]*?```sh\n([\s\S]*?)```/m.exec(document) ?? [];
    expect(command.trim().split('\n')).toHaveLength(1);
    const env = { PATH: process.env.PATH, URL: worker.url, KEY: key };
    const { stdout, stderr } = await promisify(execFile)('sh', ['-c', command], { env });
    expect(stderr).toBe('');
    const lines = stdout.split('\n');
    expect(lines).toEqual([
      expect.stringMatching(/^status {3}healthy, healthy: \d+ destinations$/),
      expect.stringMatching(/^breaker {2}CLOSED for /),
      expect.stringMatching(/^calls {4}.* 0 queued, 0 dead letters$/),
      expect.stringMatching(/^dns {6}.* of \d+ checks known, .* failures$/),
      '',
    ]);
  });

  it('is of every destination, and 503 as soon as a breaker is not closed', async () => {
    const { id } = await destination(`${receiverUrl}/fails`);
    const health = async () => {
      const answer = await fetch(`${worker.url}/api/health/webhook?project=${projectId}`, {
        headers: await readerHeaders(),
      });
      const band = answer.headers.get('x-webhook-health-status');
      return { status: answer.status, band, body: (await answer.json()) as WebhookHealth };
    };
    expect(await health()).toMatchObject({ status: 200, band: 'healthy', body: { unknown: [] } });
    await admin.post(`/api/destinations/${id}/breaker?project=${projectId}`, { action: 'open' });
    const broken = await health();
    expect(broken).toMatchObject({ status: 503, band: 'critical', body: { status: 'degraded', breaker: 'OPEN' } });
    expect(broken.body.destinations.find(({ destinationId }) => destinationId === id)?.breaker.state).toBe('OPEN');
    await admin.post(`/api/destinations/${id}/breaker?project=${projectId}`, { action: 'close' });
    expect(await health()).toMatchObject({ status: 200 });
  });

  it('has a pulse that counts what fires', async () => {
    const pulse = async () => (await admin.get(`/api/health/pulse?project=${projectId}`)) as Pulse;
    expect(await pulse()).toMatchObject({ breaker: { state: 'CLOSED', sinceMs: expect.any(Number) }, unknown: 0 });
    expect((await pulse()).firing).toEqual({ critical: 0, warning: 0, info: 0 });
    const condition = {
      kind: 'log_count',
      stream: 'logs',
      query: 'alarm',
      comparison: 'above',
      threshold: 0,
      groupBy: null,
    };
    await admin.post(`/api/alerts/rules?project=${projectId}`, {
      ...{ name: 'Alarm', condition, windowSeconds: 60, forSeconds: 0, severity: 'critical', destinationIds: [] },
    });
    const { key } = (await admin.post(`/api/projects/${projectId}/keys`, { name: 'app', scopes: ['ingest'] })) as {
      key: string;
    };
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const sent = await fetch(`${worker.url}/api/ingest`, { method: 'POST', headers, body: '{"message":"alarm"}' });
    expect(sent.status).toBe(202);
    await until('it fires', async () => (await pulse()).firing.critical === 1);
  });
});

/** A key that reads, for what an `AdminSession` does not tell: headers and refusals. */
async function readerHeaders(): Promise<Record<string, string>> {
  const { key } = (await admin.post(`/api/projects/${projectId}/keys`, { name: 'reader', scopes: ['query'] })) as {
    key: string;
  };
  return { authorization: `Bearer ${key}` };
}
