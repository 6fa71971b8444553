/**
 * A load generator in a process of its own: `clients` keep-alive connections, each sends its next body as soon as the last one was
 * answered. Every body is made unique in place, so that no repeat is recognised.
 * Prints one JSON line. Started by runHttpLoad.
 */
import { spawn } from 'node:child_process';
import http from 'node:http';
import { type BodyKind, type LoadBody, makeLoadBodies } from './load-bodies.ts';

export interface LoadConfig {
  url: string;
  headers: Record<string, string>;
  bodies: BodyKind;
  clients: number;
  recordsPerBody: number;
  durationMs: number;
  expectStatus: number;
}

export interface LoadResult {
  requests: number;
  records: number;
  bytes: number;
  failures: number;
  seconds: number;
  latenciesMs: number[];
}

export async function runHttpLoad(config: LoadConfig): Promise<LoadResult> {
  const child = spawn(process.execPath, [import.meta.filename, JSON.stringify(config)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  for await (const chunk of child.stdout) output += chunk;
  return JSON.parse(output) as LoadResult;
}

function post(agent: http.Agent, config: LoadConfig, body: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      config.url,
      { method: 'POST', agent, headers: { ...config.headers, 'content-length': body.length } },
      (response) => {
        response.resume();
        response.once('end', () => resolve(response.statusCode ?? 0));
      },
    );
    request.once('error', reject);
    request.end(body);
  });
}

async function main(config: LoadConfig): Promise<void> {
  const bodies = makeLoadBodies(config.bodies, config.recordsPerBody);
  const agent = new http.Agent({ keepAlive: true, maxSockets: config.clients });
  const result: LoadResult = { requests: 0, records: 0, bytes: 0, failures: 0, seconds: 0, latenciesMs: [] };
  const started = performance.now();
  const until = started + config.durationMs;
  // A start of its own for each run: a second one against the same server must not look like a repeat of the first.
  let serial = Math.floor(Math.random() * 1e9) * 50;
  const client = async (): Promise<void> => {
    while (performance.now() < until) {
      const { bytes, mark } = bodies[serial % bodies.length] as LoadBody;
      const body = Buffer.from(bytes);
      mark(body, serial++);
      const sent = performance.now();
      const status = await post(agent, config, body);
      result.latenciesMs.push(performance.now() - sent);
      result.requests++;
      if (status === config.expectStatus) {
        result.records += config.recordsPerBody;
        result.bytes += body.length;
      } else {
        result.failures++;
      }
    }
  };
  await Promise.all(Array.from({ length: config.clients }, client));
  result.seconds = (performance.now() - started) / 1_000;
  agent.destroy();
  process.stdout.write(JSON.stringify(result));
}

const argument = process.argv[2];
if (import.meta.main && argument) await main(JSON.parse(argument) as LoadConfig);
