import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { run as runProgram } from '../../scripts/lib/run.ts';
import { DEFAULT_BREAKER, type DeliveryEvent, type DestinationHealth } from '../../src/wire/delivery.ts';
import { temporaryFolder } from '../../test/helpers/node/temporary.ts';
import type { BenchCall } from './delivery-worker.ts';

const COMPATIBILITY = { date: '2026-11-01', flags: ['nodejs_compat', 'global_fetch_strictly_public'] };

export interface DeliveryTarget {
  /** `url` of its receiver. */
  configure(destinationId: string, url: string, maxPerSecond: number): Promise<void>;
  enqueue(events: { destinationId: string; event: DeliveryEvent }[]): Promise<void>;
  health(destinationId: string): Promise<DestinationHealth>;
  stop(): Promise<void>;
}

/** Destination objects in workerd, on an empty state. */
export async function startDeliveryTarget(): Promise<DeliveryTarget> {
  const script = await bundle();
  const secret = `k1:${'x'.repeat(43)}`;
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      ...{ cf: false, resourcePersistencePath: temporaryFolder('deliveries') },
      workers: [
        {
          name: 'deliveries',
          rootPath: path.dirname(script),
          modules: [{ type: 'ESModule', path: script }],
          compatibilityDate: COMPATIBILITY.date,
          compatibilityFlags: COMPATIBILITY.flags,
          durableObjects: { DESTINATION: { className: 'Destination', useSQLite: true } },
          bindings: {
            ...{ ENVIRONMENT: 'local', JOURNAL_SHARDS: '1', USER_REQUESTS_PER_MINUTE: '100', SETUP_TOKEN: '' },
            ...{ SESSION_SECRETS: secret, API_KEY_SECRETS: secret, DATA_SECRETS: secret },
            DNS_RESOLVER_URL: 'https://resolver.example/dns-query',
          },
        },
      ],
    }),
  );
  const url = await miniflare.ready;
  const call = async (body: BenchCall): Promise<unknown> => {
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`the object answers ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
    return answer.json();
  };
  return {
    async configure(destinationId, receiverUrl, maxPerSecond) {
      await call({
        call: 'configure',
        config: {
          ...{ destinationId, projectId: 'prj_bench', version: 1, name: 'Bench', kind: 'webhook', url: receiverUrl },
          ...{ headers: [], template: null, timeoutMs: 5_000, ordered: false, maxPerSecond, warmProbe: false },
          ...{ breaker: DEFAULT_BREAKER, disabled: false },
        },
      });
    },
    async enqueue(events) {
      const told = (await call({ call: 'enqueue', events })) as { accepted?: number }[];
      const accepted = told.reduce((sum, one) => sum + (one.accepted ?? 0), 0);
      if (accepted !== events.length) throw new Error(`${accepted} of ${events.length} events were accepted`);
    },
    health: async (destinationId) => (await call({ call: 'health', destinationId })) as DestinationHealth,
    stop: () => miniflare.dispose(),
  };
}

/** As a deployment would bundle it, without the rest of our Worker. */
async function bundle(): Promise<string> {
  const folder = temporaryFolder('bundle-deliveries');
  const config = path.join(folder, 'wrangler.json');
  const main = path.join(import.meta.dirname, 'delivery-worker.ts');
  const { date: compatibility_date, flags: compatibility_flags } = COMPATIBILITY;
  writeFileSync(config, JSON.stringify({ name: 'deliveries', main, compatibility_date, compatibility_flags }));
  const result = await runProgram('wrangler', ['deploy', '--config', config, '--dry-run', '--outdir', folder]);
  if (result.code !== 0) throw new Error(`the Worker does not bundle:\n${result.output}`);
  return path.join(folder, 'delivery-worker.js');
}
