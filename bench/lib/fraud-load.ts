/**
 * Fraud events in a process of its own: `clients` keep-alive connections, each sends an event of one of `users` signed-in users as soon as the last one
 * was answered, with that user's cookies and address. Prints one JSON line. Started by runFraudLoad.
 */
import { spawn } from 'node:child_process';
import http from 'node:http';
import { random } from './records.ts';

export interface FraudLoadConfig {
  url: string;
  key: string;
  clients: number;
  users: number;
  durationMs: number;
}

export interface FraudLoadResult {
  requests: number;
  failures: number;
  pending: number;
  seconds: number;
  latenciesMs: number[];
}

export async function runFraudLoad(config: FraudLoadConfig): Promise<FraudLoadResult> {
  const child = spawn(process.execPath, [import.meta.filename, JSON.stringify(config)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  for await (const chunk of child.stdout) output += chunk;
  return JSON.parse(output) as FraudLoadResult;
}

interface Answer {
  status: number;
  cookie: string;
  text: string;
}

function post(
  agent: http.Agent,
  config: FraudLoadConfig,
  route: string,
  body: unknown,
  cookie: string,
): Promise<Answer> {
  const bytes = Buffer.from(JSON.stringify(body));
  const headers = {
    ...{ authorization: `Bearer ${config.key}`, 'content-type': 'application/json', 'content-length': bytes.length },
    ...(cookie === '' ? {} : { cookie }),
  };
  return new Promise((resolve, reject) => {
    const request = http.request(`${config.url}${route}`, { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.once('end', () => {
        const lines = response.headers['set-cookie'] ?? [];
        resolve({
          status: response.statusCode ?? 0,
          cookie: lines.map((line) => line.split(';', 1)[0]).join('; '),
          text,
        });
      });
    });
    request.once('error', reject);
    request.end(bytes);
  });
}

async function main(config: FraudLoadConfig): Promise<void> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: config.clients });
  const cookies: string[] = [];
  for (let user = 0; user < config.users; user++) {
    const answer = await post(agent, config, '/api/fraud/login', { userId: `user-${user}` }, '');
    if (answer.status !== 200) throw new Error(`a login answers ${answer.status}: ${answer.text}`);
    cookies.push(answer.cookie);
  }
  const result: FraudLoadResult = { requests: 0, failures: 0, pending: 0, seconds: 0, latenciesMs: [] };
  const next = random(7);
  const started = performance.now();
  const until = started + config.durationMs;
  const client = async (): Promise<void> => {
    while (performance.now() < until) {
      const user = Math.floor(next() * config.users);
      const body = {
        ...{ userId: `user-${user}`, eventType: 'payment', success: next() > 0.02, gateway: 'card' },
        amountCents: Math.floor(500 + next() * 20_000),
        metadata: { order: Math.floor(next() * 1e9), channel: 'web' },
        client: { address: `198.51.${user >> 8}.${user & 255}`, country: 'DE', latitude: 52.5, longitude: 13.4 },
      };
      const sent = performance.now();
      const { status, text } = await post(agent, config, '/api/fraud/event', body, cookies[user] ?? '');
      result.latenciesMs.push(performance.now() - sent);
      result.requests++;
      if (status !== 200) result.failures++;
      else if (!text.includes('"recorded":"stored"')) result.pending++;
    }
  };
  await Promise.all(Array.from({ length: config.clients }, client));
  result.seconds = (performance.now() - started) / 1_000;
  agent.destroy();
  process.stdout.write(JSON.stringify(result));
}

const argument = process.argv[2];
if (import.meta.main && argument) await main(JSON.parse(argument) as FraudLoadConfig);
