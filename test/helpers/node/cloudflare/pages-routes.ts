import type { Account } from './account.ts';
import { type Answer, formOf, type Handler, json, ok, Refusal, token } from './call.ts';

const NO_PROJECT = new Refusal(
  404,
  8000007,
  'Project not found. The specified project name does not match any of your existing projects.',
);

function projectOf(name: string) {
  const configs = { production: {}, preview: {} };
  return {
    name,
    domains: [`${name}.pages.dev`],
    production_branch: 'main',
    deployment_configs: configs,
    created_on: '2026-11-28T00:00:00Z',
  };
}

function ofProject(answer: (name: string, account: Account) => Answer): Handler {
  return (account, _call, [name = '']) => (account.pages.has(name) ? answer(name, account) : NO_PROJECT);
}

/** What a deployment to Pages asks. */
export const PAGES_ROUTES: readonly [RegExp, Handler][] = [
  [/^GET \/pages\/projects$/, (account) => ok([...account.pages.keys()].map(projectOf))],
  [
    /^POST \/pages\/projects$/,
    (account, call) => {
      const { name, production_branch } = json(call) as { name: string; production_branch: string };
      if (production_branch !== 'main' || account.pages.has(name))
        return new Refusal(409, 8000002, 'A project with this name already exists.');
      account.pages.set(name, []);
      return ok({ subdomain: `${name}.pages.dev` });
    },
  ],
  [/^GET \/pages\/projects\/([^/]+)$/, ofProject((name) => ok(projectOf(name)))],
  [/^GET \/pages\/projects\/([^/]+)\/upload-token$/, ofProject(() => ok({ jwt: token() }))],
  [
    /^POST \/pages\/assets\/check-missing$/,
    (account, call) => ok(json(call).hashes.filter((hash: string) => !account.assets.has(hash))),
  ],
  [
    /^POST \/pages\/assets\/upload$/,
    (account, call) => {
      for (const { key } of json(call) as { key: string }[]) account.assets.add(key);
      return ok(null);
    },
  ],
  [/^POST \/pages\/assets\/upsert-hashes$/, () => ok(null)],
  [
    /^POST \/pages\/projects\/([^/]+)\/deployments$/,
    async (account, call, [name = '']) => {
      const form = await formOf(call);
      const bundle = form.get('_worker.bundle');
      const functions = bundle instanceof Blob ? await bundle.text() : '';
      account.pages.get(name)?.push({ branch: String(form.get('branch')), functions });
      return ok({ id: account.uuid(), url: `https://deployment.${name}.pages.dev` });
    },
  ],
  [
    /^GET \/pages\/projects\/([^/]+)\/deployments\/[^/]+$/,
    ofProject(() => ok({ latest_stage: { name: 'deploy', status: 'success' }, aliases: [] })),
  ],
];
