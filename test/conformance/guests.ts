import { MADE_PASSWORD } from '../helpers/node/api-fixture.ts';

export interface SignedIn {
  headers: Record<string, string>;
  userId: string;
}

/** A sign-in hashes a password, which takes a tenth of a second: more than so many for each route would be most of the run. */
const GUESTS_A_ROUTE = 3;
/** Of users that makeByApi made: whoever came for a new password cannot come again with the old one. */
const [MANY_TIMES, FOR_A_PASSWORD] = ['made-0', 'made-1'];

/** People who come to sign out, to change their password and the like: with a session of their own for each time. */
export class Guests {
  readonly #url: string;
  readonly #came = new Map<string, number>();

  constructor(url: string) {
    this.#url = url;
  }

  /** Null where enough came for that, and where they are not let in any more. */
  async comeFor(path: string): Promise<SignedIn | null> {
    const came = this.#came.get(path) ?? 0;
    if (came >= GUESTS_A_ROUTE) return null;
    this.#came.set(path, came + 1);
    return signIn(this.#url, path.endsWith('/password') ? FOR_A_PASSWORD : MANY_TIMES);
  }
}

/** Null where the password is not, or no longer, right. */
export async function signIn(url: string, username: string): Promise<SignedIn | null> {
  const login = await fetch(`${url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ username, password: MADE_PASSWORD }),
  });
  if (login.status === 401 || login.status === 429) return null;
  if (!login.ok) throw new Error(`${username} cannot sign in: ${login.status} ${await login.text()}`);
  const { csrf, userId } = (await login.json()) as { csrf: string; userId: string };
  const cookies = login.headers.getSetCookie().map((line) => line.split(';', 1)[0]);
  return { headers: { cookie: cookies.join('; '), origin: url, 'x-csrf-token': csrf }, userId };
}
