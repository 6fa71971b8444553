import { readFileSync, statSync } from 'node:fs';
import { expect, it } from 'vitest';
import { killGroup } from '../../scripts/lib/process-group.ts';
import type { Call } from '../helpers/node/cloudflare/call.ts';
import { type Attempt, api, deploy, expectDeployed, secretsFile, TOML, useAccount } from './deployment.ts';

useAccount();

/** One of the calls that leave something behind; of the migrations the one in the middle. */
function step(call: Call): string | null {
  if (call.method === 'GET' || /\/(?:assets-upload-session|script-settings)$/.test(call.path)) return null;
  const body = call.body.toString();
  if (!call.path.endsWith('/query')) {
    const what = `${call.method} ${call.path}`;
    return what.endsWith('/scripts/breakwater')
      ? `${what} ${body.includes('new_tag') ? 'the Worker' : 'a draft'}`
      : what;
  }
  return /'(0017_[^']*\.sql)'/.exec(body)?.[1] ?? null;
}
it('a deployment that is killed at each of its steps, when the step is done and not yet answered, is finished by repeating it', async () => {
  const toml = readFileSync(TOML, 'utf8');
  const killedAt: string[] = [];
  let running: Attempt | null = null;
  api.carriedOut = async (call) => {
    const at = step(call);
    if (at === null || killedAt.includes(at) || running === null) return true;
    killedAt.push(at);
    await killGroup(running.pid);
    return false;
  };
  for (;;) {
    const before = killedAt.length;
    running = deploy();
    const { code, text } = await running.ended;
    if (killedAt.length > before) continue;
    expect(text).toMatch(/^address {4}http:\/\/127\.0\.0\.1:\d+$/m);
    expect(code).toBe(0);
    break;
  }
  expectDeployed('breakwater');
  expect(killedAt).toEqual([
    'POST /d1/database',
    'POST /r2/buckets',
    'PUT /workers/scripts/breakwater a draft',
    'PATCH /workers/scripts/breakwater/secrets-bulk',
    expect.stringMatching(/^0017_/),
    'POST /workers/assets/upload',
    'PUT /workers/scripts/breakwater the Worker',
    // From here on the Worker is there, with its classes: what follows is a new version of it.
    'POST /workers/scripts/breakwater/versions',
    'POST /workers/scripts/breakwater/deployments',
    'POST /workers/scripts/breakwater/subdomain',
    'PUT /workers/scripts/breakwater/schedules',
  ]);
  expect(statSync(secretsFile).mode & 0o777).toBe(0o600);
  expect(readFileSync(TOML, 'utf8')).toBe(toml);
}, 900_000);
