import { type Account, runSql, type Script } from './account.ts';
import { type Answer, type Call, formOf, type Handler, json, ok, Refusal, token } from './call.ts';
import { PAGES_ROUTES } from './pages-routes.ts';

const NO_SCRIPT = new Refusal(404, 10007, 'This Worker does not exist on your account.');

function ofScript(
  handler: (script: Script, call: Call, account: Account) => Answer | Refusal | Promise<Answer>,
): Handler {
  return (account, call, [name = '']) => {
    const script = account.scripts.get(name);
    return script ? handler(script, call, account) : NO_SCRIPT;
  };
}

const ROUTES: readonly [RegExp, Handler][] = [
  [
    /^GET \/d1\/database$/,
    (account, call) => {
      const [page, size] = [Number(call.query.get('page') ?? 1), Number(call.query.get('per_page') ?? 100)];
      const rows = account.databases.map(({ uuid, name, jurisdiction }) => ({ uuid, name, jurisdiction }));
      const shown = rows.slice((page - 1) * size, page * size);
      return { result: shown, info: { page, per_page: size, count: shown.length, total_count: rows.length } };
    },
  ],
  [
    /^POST \/d1\/database$/,
    (account, call) => {
      const { name, primary_location_hint: location = null, jurisdiction = null } = json(call);
      if (account.findDatabase(name)) return new Refusal(400, 7502, `A database with the name ${name} already exists`);
      return ok({ uuid: account.createDatabase(name, location, jurisdiction).uuid, name });
    },
  ],
  [
    /^GET \/d1\/database\/([^/]+)$/,
    (account, _call, [id = '']) => {
      const found = account.findDatabase(id);
      return found ? ok({ uuid: found.uuid, name: found.name }) : new Refusal(404, 7404, 'The database was not found');
    },
  ],
  [
    /^POST \/d1\/database\/([^/]+)\/query$/,
    (account, call, [id = '']) => {
      const found = account.findDatabase(id);
      if (!found) return new Refusal(404, 7404, 'The database was not found');
      try {
        return ok([{ results: runSql(found.sqlite, json(call).sql), success: true, meta: {} }]);
      } catch (error) {
        return new Refusal(400, 7500, String(error));
      }
    },
  ],
  [/^GET \/r2\/buckets$/, (account) => ok({ buckets: account.buckets.map(({ name }) => ({ name })) })],
  [
    /^GET \/r2\/buckets\/([^/]+)$/,
    (account, { jurisdiction }, [name = '']) =>
      account.findBucket(name, jurisdiction)
        ? ok({ name })
        : new Refusal(404, 10006, 'The specified bucket does not exist.'),
  ],
  [
    /^POST \/r2\/buckets$/,
    (account, call) => {
      const { name, locationHint: location = null } = json(call);
      const { jurisdiction } = call;
      if (account.findBucket(name, jurisdiction))
        return new Refusal(409, 10004, 'The bucket you tried to create already exists, and you own it.');
      account.buckets.push({ name, location, jurisdiction });
      return ok({ name });
    },
  ],
  [
    /^GET \/workers\/scripts\/([^/]+)\/secrets$/,
    ofScript((script) => ok([...script.secrets.keys()].map((name) => ({ name, type: 'secret_text' })))),
  ],
  [
    /^PATCH \/workers\/scripts\/([^/]+)\/secrets-bulk$/,
    ofScript((script, call) => {
      const { secrets } = json(call) as { secrets: Record<string, { text: string }> };
      for (const [name, { text }] of Object.entries(secrets)) script.secrets.set(name, text);
      return ok(null);
    }),
  ],
  [
    /^GET \/workers\/services\/([^/]+)$/,
    (account, _call, [name = '']) => {
      const script = account.scripts.get(name);
      if (!script) return new Refusal(404, 10090, 'This service does not exist on your account.');
      return ok({ default_environment: { environment: 'production', script: { migration_tag: script.migrationTag } } });
    },
  ],
  [
    /^GET \/workers\/scripts$/,
    (account) => ok([...account.scripts].map(([id, script]) => ({ id, migration_tag: script.migrationTag }))),
  ],
  [
    /^(?:GET|PATCH) \/workers\/scripts\/([^/]+)\/(?:settings|script-settings)$/,
    ofScript((script, call) => {
      if (call.method === 'PATCH') script.tags = json(call).tags ?? script.tags;
      return ok({ bindings: script.bindings, tags: script.tags });
    }),
  ],
  [
    /^POST \/workers\/scripts\/([^/]+)\/assets-upload-session$/,
    (account, call) => {
      const manifest: Record<string, { hash: string }> = json(call).manifest;
      const missing = [...new Set(Object.values(manifest).map(({ hash }) => hash))].filter(
        (hash) => !account.assets.has(hash),
      );
      return ok({ jwt: token(), buckets: missing.length > 0 ? [missing] : [] });
    },
  ],
  [
    /^POST \/workers\/assets\/upload$/,
    async (account, call) => {
      const form = await formOf(call);
      for (const hash of form.keys()) account.assets.add(hash);
      return ok({ jwt: token() });
    },
  ],
  [
    /^PUT \/workers\/scripts\/([^/]+)$/,
    (account, call, [name = '']) => upload(account.script(name), call, account, true),
  ],
  [
    /^POST \/workers\/scripts\/([^/]+)\/versions$/,
    ofScript((script, call, account) => upload(script, call, account, false)),
  ],
  [
    /^POST \/workers\/scripts\/([^/]+)\/deployments$/,
    ofScript((script, call, account) => {
      script.deployed = json(call).versions[0].version_id;
      return ok({ id: account.uuid() });
    }),
  ],
  [
    /^GET \/workers\/scripts\/([^/]+)\/deployments$/,
    ofScript((script) => ok({ deployments: [{ versions: [{ version_id: script.deployed, percentage: 100 }] }] })),
  ],
  [
    /^GET \/workers\/scripts\/([^/]+)\/versions\/[^/]+$/,
    ofScript((script) => ok({ id: script.deployed, resources: { bindings: script.bindings, script: { etag: 'e' } } })),
  ],
  [
    /^PUT \/workers\/scripts\/([^/]+)\/schedules$/,
    ofScript((script, call) => {
      script.crons = json(call).map(({ cron }: { cron: string }) => cron);
      return ok({ schedules: [] });
    }),
  ],
  [
    /^(?:GET|POST) \/workers\/scripts\/([^/]+)\/subdomain$/,
    ofScript((script, call) => {
      if (call.method === 'POST') script.onWorkersDev = json(call).enabled;
      return ok({ enabled: script.onWorkersDev, previews_enabled: false });
    }),
  ],
  [
    /^GET \/workers\/workers\/([^/]+)$/,
    ofScript((script) => ok({ subdomain: { enabled: script.onWorkersDev, previews_enabled: false } })),
  ],
  [/^GET \/workers\/subdomain$/, () => ok({ subdomain: 'team' })],
];

/** Carries a call out. What no deployment of ours has needed so far is refused by name, so that a test shows it. */
export async function answerCall(account: Account, call: Call): Promise<Answer | Refusal> {
  if (call.authorization === '') return new Refusal(401, 10000, 'Authentication error');
  for (const [pattern, handler] of [...ROUTES, ...PAGES_ROUTES]) {
    const found = pattern.exec(`${call.method} ${call.path}`);
    if (found) return handler(account, call, found.slice(1).map(decodeURIComponent));
  }
  return new Refusal(404, 7003, `the API of the tests has no ${call.method} ${call.path}`);
}

async function upload(script: Script, call: Call, account: Account, deploys: boolean): Promise<Answer> {
  const metadata = (await formOf(call)).get('metadata');
  const { bindings = [], migrations } = JSON.parse(String(metadata)) as {
    bindings?: Script['bindings'];
    migrations?: { new_tag: string };
  };
  const version = account.uuid();
  script.versions.push(version);
  script.bindings = bindings;
  if (migrations) script.migrationTag = migrations.new_tag;
  if (deploys) script.deployed = version;
  return ok({
    ...{ id: version, deployment_id: version.replaceAll('-', ''), startup_time_ms: 12, tags: script.tags },
    resources: { script: { etag: 'e' }, bindings },
  });
}
