import { Client } from '../client.ts';
import type { Command, Run } from '../command.ts';
import { DEFAULT_PROFILE, readConfig, writeConfig } from '../config.ts';
import { usageError } from '../exit.ts';
import { keyStanding } from '../key-standing.ts';
import { makeKeyBySigningIn } from '../sign-in.ts';
import { originOf } from '../target.ts';
import { ask, readSecretFromStdin } from '../terminal/prompt.ts';
import { safeText } from '../terminal/safe-text.ts';

export const login: Command = {
  name: 'login',
  summary: 'Stores the address of a deployment and a key of one of its projects',
  takes: '<url>',
  least: 1,
  options: {
    'key-stdin': { help: 'reads the key from the standard input, as from a secret store' },
    user: { value: '<name>', help: 'signs in as this user and makes a key, instead of asking for one' },
    'password-stdin': { help: 'with --user: reads the password from the standard input' },
    code: { value: '<digits>', help: 'with --user: of the authenticator app, where it is asked for' },
    project: { value: '<id>', help: 'with --user: the project that the key is made in' },
    scope: {
      value: '<scope>',
      multiple: true,
      help: 'with --user: what the key may do (ingest and query): ingest, ingest:<stream>, query, admin',
    },
  },
  notes: `A key is of one project; log in with --profile <name> for each further one. The file that holds them is readable by you
alone. A key on the command line would be seen by everybody on this machine, so there is no flag for it.
Made by --user, the key is in the list of keys with your name and that of this machine; "breakwater logout --revoke" ends it.`,
  examples: [
    'breakwater login https://ops.example.com',
    'breakwater login https://ops.example.com --user admin --project prj_… --scope admin --profile payments',
    'vault read -field=key secret/breakwater | breakwater login https://ops.example.com --key-stdin',
  ],
  run: logIn,
};

async function logIn({ input, out, environment, signal }: Run): Promise<undefined> {
  const url = originOf(input.arguments[0] ?? '', environment);
  const profile = input.text('profile') ?? DEFAULT_PROFILE;
  if (!/^[\w.-]{1,64}$/.test(profile))
    throw usageError('--profile must be 1 to 64 of letters, digits, ".", "_" and "-".');
  const nobody = new Client({ url, key: null, source: 'the command line' }, signal);
  await nobody.get('/health');
  const key = await keyFor(nobody, { input, signal });
  const client = new Client({ url, key, source: 'the command line' }, signal);
  const { claims, project } = await keyStanding(client);
  if (claims.origins !== null) {
    throw usageError(
      'This is a browser key: it takes records of pages at its origins alone.',
      'Log in with a key that has no origins.',
    );
  }
  const config = readConfig(environment);
  config.profiles[profile] = { url, key };
  config.current = profile;
  const file = writeConfig(environment, config);
  const scopes = [...claims.scopes];
  if (out.json) return void (await out.data({ url, profile, projectId: claims.projectId, project, scopes, file }));
  await out.line(`Logged in to ${url}: project ${safeText(project ?? claims.projectId)}, ${scopes.join(', ')}.`);
  out.note(`Stored in ${file} as the profile "${profile}".`);
}

async function keyFor(client: Client, { input, signal }: Pick<Run, 'input' | 'signal'>): Promise<string> {
  const username = input.text('user');
  if (username === null) {
    if (input.has('key-stdin')) return readSecretFromStdin('key');
    return ask('Key (not shown):', { hidden: true, instead: 'Use --key-stdin.', signal });
  }
  const password = input.has('password-stdin')
    ? await readSecretFromStdin('password')
    : await ask(`Password of ${username} (not shown):`, { hidden: true, instead: 'Use --password-stdin.', signal });
  const scopes = input.list('scope');
  return makeKeyBySigningIn(client, {
    ...{ url: client.url, username, password, projectId: input.text('project') },
    scopes: scopes.length > 0 ? scopes : ['ingest', 'query'],
    askCode: async () =>
      input.text('code') ?? ask('Code of the authenticator app:', { instead: 'Use --code.', signal }),
  });
}
