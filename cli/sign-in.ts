import os from 'node:os';
import { type Client, refusal } from './client.ts';
import { CliError, EXIT, usageError } from './exit.ts';

export interface SignIn {
  url: string;
  username: string;
  password: string;
  /** Of an authenticator app, or a recovery code; asked where the server wants one. */
  askCode: () => Promise<string>;
  /** Null where the user sees one project alone. */
  projectId: string | null;
  scopes: readonly string[];
}

interface Session {
  cookie: string;
  csrf: string;
}

/**
 * Signs a person in, makes a key in their name and signs out: a key is of one project, is in the list of keys under the name of this machine, and can be
 * revoked by itself. A session that is kept would be none of these. Returns the key.
 */
export async function makeKeyBySigningIn(client: Client, input: SignIn): Promise<string> {
  const session = await openSession(client, input);
  try {
    const projectId = input.projectId ?? (await onlyProject(client, session));
    const made = (await callAs(client, session, 'POST', `/api/projects/${encodeURIComponent(projectId)}/keys`, {
      name: `breakwater CLI of ${input.username} on ${os.hostname()}`.slice(0, 100),
      scopes: input.scopes,
    })) as { key: string };
    return made.key;
  } finally {
    await callAs(client, session, 'POST', '/api/auth/logout');
  }
}

async function openSession(client: Client, { username, password, askCode, url }: SignIn): Promise<Session> {
  const first = await client.try('POST', '/api/auth/login', { body: { username, password } });
  if (first.ok) return sessionIn(first);
  const challenge = first.status === 401 ? secondFactorIn(await first.clone().text()) : null;
  if (challenge === null) throw await refusal(url, first);
  if (!challenge.methods.includes('totp')) {
    const hint = 'Make a key in the dashboard (Settings, Keys) and log in with it: "breakwater login" without --user.';
    throw new CliError(EXIT.notAllowed, 'This user signs in with a passkey, which a terminal cannot ask for.', {
      hint,
    });
  }
  const body = { challenge: challenge.challenge, code: await askCode() };
  const second = await client.try('POST', '/api/auth/login/second-factor', { body });
  if (!second.ok) throw await refusal(url, second);
  return sessionIn(second);
}

function secondFactorIn(text: string): { challenge: string; methods: string[] } | null {
  try {
    const { code, challenge, methods } = JSON.parse(text);
    return code === 'second_factor_required' ? { challenge, methods } : null;
  } catch {
    return null; // not an answer of ours, which refusal() says
  }
}

async function sessionIn(answer: Response): Promise<Session> {
  const { csrf } = (await answer.json()) as { csrf: string };
  const cookie = answer.headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0])
    .join('; ');
  return { cookie, csrf };
}

async function onlyProject(client: Client, session: Session): Promise<string> {
  const { items } = (await callAs(client, session, 'GET', '/api/projects')) as {
    items: { id: string; name: string }[];
  };
  const [one, ...others] = items;
  if (one === undefined) throw usageError('You see no project.', 'Make one in the dashboard first.');
  if (others.length === 0) return one.id;
  const list = items.map(({ id, name }) => `${id} (${name})`).join(', ');
  throw usageError('A key is of one project: name it with --project.', `You see ${list}.`);
}

async function callAs(client: Client, { cookie, csrf }: Session, method: string, path: string, body?: unknown) {
  const headers = { cookie, origin: client.url, 'x-csrf-token': csrf };
  return client.call(method, path, { headers, once: true, ...(body === undefined ? {} : { body }) });
}
