/**
 * The load generator for OTLP, in a process of its own: as lib/http-load.ts, with bodies in either encoding. Prints one JSON line. Started by
 * runOtlpLoad.
 */
import { spawn } from 'node:child_process';
import http from 'node:http';
import { type LoadConfig, type LoadResult, post } from './http-load.ts';
import { makeOtlpBodies, type OtlpBody, uniqueBody } from './otlp-bodies.ts';

export interface OtlpLoadConfig extends LoadConfig {
  encoding: 'json' | 'protobuf';
}

export async function runOtlpLoad(config: OtlpLoadConfig): Promise<LoadResult> {
  const child = spawn(process.execPath, [import.meta.filename, JSON.stringify(config)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  for await (const chunk of child.stdout) output += chunk;
  return JSON.parse(output) as LoadResult;
}

async function main(config: OtlpLoadConfig): Promise<void> {
  const bodies = makeOtlpBodies(config.encoding, 32, config.recordsPerBody);
  const agent = new http.Agent({ keepAlive: true, maxSockets: config.clients });
  const result: LoadResult = { requests: 0, records: 0, bytes: 0, failures: 0, seconds: 0, latenciesMs: [] };
  const started = performance.now();
  const until = started + config.durationMs;
  // A start of its own for each run: a second one against the same server must not look like a repeat of the first.
  let serial = Math.floor(Math.random() * 1e9);
  const client = async (): Promise<void> => {
    while (performance.now() < until) {
      const body = uniqueBody(bodies[serial % bodies.length] as OtlpBody, config.encoding, serial);
      serial++;
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
if (import.meta.main && argument) await main(JSON.parse(argument) as OtlpLoadConfig);
