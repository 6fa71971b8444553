/** A real server with a project, and a proxy that fails by plan in front of it: what an unmodified client is pointed at. */
import { afterAll, beforeAll, expect } from 'vitest';
import type { AdminSession } from '../../scripts/start/api.ts';
import type { LogRecord } from '../../src/wire/record.ts';
import { exported } from '../conformance/client.ts';
import { newProject, type Project, readLedger } from '../faults/project.ts';
import { type FailingProxy, type Mishap, startFailingProxy } from '../helpers/node/failing-proxy.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';

export interface Aim {
  /** The proxy's address. */
  url: URL;
  key: string;
  proxy: FailingProxy;
  stored(): Promise<LogRecord[]>;
  /** Stored once each, whatever the order, and a ledger that balances. */
  expectStored(messages: readonly string[]): Promise<void>;
}

/** What happens to the first requests, one after the other; all others pass. */
export type Faults = readonly Mishap[];

export const OVERLOADED: Mishap = { status: 503, headers: { 'retry-after': '1' } };
export const OVER_QUOTA: Mishap = { status: 429, headers: { 'retry-after': '1' } };

/** Registers the server of a test file; call at its top. Each aim is a project of its own. */
export function useServer(): { aim(faults: Faults): Promise<Aim> } {
  let server: StartedWorkerd;
  let admin: AdminSession;
  const proxies: FailingProxy[] = [];
  beforeAll(async () => {
    server = await startWorkerd();
    admin = await server.signIn();
  });
  afterAll(async () => {
    for (const proxy of proxies) await proxy.close();
    await server?.stop();
  });
  return {
    async aim(faults) {
      const project = await newProject(admin);
      const proxy = await startFailingProxy(server.url, (request) => faults[request] ?? 'pass');
      proxies.push(proxy);
      return aimAt(server, project, proxy);
    },
  };
}

function aimAt(server: StartedWorkerd, project: Project, proxy: FailingProxy): Aim {
  const stored = () => exported({ url: server.url, project });
  return {
    url: new URL(proxy.url),
    key: project.key,
    proxy,
    stored,
    async expectStored(messages) {
      const found = (await stored()).map(({ message }) => message);
      expect(found.sort()).toEqual([...messages].sort());
      const ledger = await readLedger(server, project);
      expect([ledger.stored, ledger.received]).toEqual([
        messages.length,
        ledger.stored + ledger.duplicate + ledger.rejected,
      ]);
    },
  };
}
