import type { Deployed } from '../../src/wire/health.ts';
import type { Client } from '../client.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../exit.ts';
import { spanWords } from '../time.ts';

export interface Health extends Deployed {
  status: string;
}
export interface Readiness {
  status: string;
  checks: { name: string; ok: boolean; detail: string }[];
  archive?: { lagMs: number; dueBlocks: number } | null;
}

/** Public: neither needs a key. */
export async function readHealth(client: Client): Promise<Health & { latencyMs: number }> {
  const startedMs = performance.now();
  const health = (await client.call('GET', '/health', { once: true })) as Health;
  return { ...health, latencyMs: Math.round(performance.now() - startedMs) };
}

/** Also where it says "not ready", which is an answer and no refusal. Throws a CliError where nothing answers. */
export async function readReadiness(client: Client): Promise<Readiness> {
  const answer = await client.try('GET', '/api/ready');
  return (await answer.json()) as Readiness;
}

export const health: Command = {
  name: 'health',
  summary: 'Asks the deployment whether it and its stores are well',
  notes: 'Needs no key. The code is 0 where everything answers, 1 where a part does not, 4 where nothing does.',
  examples: ['breakwater health', 'breakwater health --json | jq .ready.checks'],
  async run({ out, client }) {
    const target = client();
    const alive = await readHealth(target);
    const ready = await readReadiness(target);
    const well = ready.status === 'ready';
    if (out.json) {
      await out.data({ url: target.url, health: alive, ready });
      return well ? EXIT.ok : EXIT.failed;
    }
    const word = well ? out.paint('green', 'ready') : out.paint('red', 'not ready');
    await out.line(`${target.url} is ${word}: version ${alive.version}, answers in ${alive.latencyMs} ms.`);
    const checks = ready.checks.map(({ name, ok, detail }) => [ok ? 'ok' : 'AWAY', name, detail]);
    await out.table(['', 'PART', 'DETAIL'], checks);
    if (ready.archive && ready.archive.lagMs > 0) {
      await out.line(`The archive is ${spanWords(ready.archive.lagMs)} behind, ${ready.archive.dueBlocks} blocks.`);
    }
    return well ? EXIT.ok : EXIT.failed;
  },
};
