import { siteOf } from '../../src/auth/factors/index.ts';
import { login } from '../../src/auth/login.ts';
import { type Ctx, clockNowMs, type Env, parseConfig } from '../../src/env.ts';

/** Signs the user `bench` in as POST /api/auth/login does, but for the password's hash, which passes at once. */
export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const config = parseConfig(env);
    const ctx: Ctx = {
      ...{ env, config, nowMs: clockNowMs(config), actor: { kind: 'anonymous' }, requestId: 'bench' },
      ...{ address: '192.0.2.1', country: () => null, allowances: [] },
    };
    const ports = { unknownProjects: async () => [], sessionsEnded: async () => undefined };
    const site = siteOf(new URL(request.url));
    const input = { username: 'bench', password: '', userAgent: 'bench', deviceToken: null, replaces: null, site };
    const done = await login(ctx, ports, input, () => true);
    return new Response(done.ok ? 'ok' : done.error.kind, { status: done.ok ? 200 : 500 });
  },
};
