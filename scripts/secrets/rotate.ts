/** What rotates by overlap: lists of `kid:secret`, of which the first makes what is new and all read what is there (src/env.ts). */
export const SECRET_NAMES = ['SESSION_SECRETS', 'API_KEY_SECRETS', 'DATA_SECRETS'] as const;
export type SecretName = (typeof SECRET_NAMES)[number];

/** Why an environment file stays as it is, in a sentence for its owner. No sentence holds a secret. */
export type Refusal = { ok: false; reason: string };
export type Change = { ok: true; text: string; kids: string[] } | Refusal;

const KID = /^[A-Za-z0-9_-]{1,16}$/;
/** Least that the Worker starts with: 32 bytes as base64url. */
const MIN_SECRET_CHARS = 43;

/** What ends with a secret that is taken off its list. */
export const CONSEQUENCES: Readonly<Record<SecretName, string>> = {
  SESSION_SECRETS:
    'Sessions whose cookie it signed end, browsers that it knew are strangers at their next sign-in, and a repeat with an Idempotency-Key from before the rotation runs again. Safe 24 hours after the rotation took effect: cookies live 12 hours and answers are kept for 24.',
  API_KEY_SECRETS:
    'Every API key that it signed ends at once, and what was sent with it is refused. Safe once each of them has been rotated in the dashboard.',
  DATA_SECRETS:
    'What is still encrypted with it, such as second factors, can never be opened again. Safe once the hourly job has encrypted it anew, so two hours after the rotation took effect.',
};

/** What nobody can undo by signing in again is asked for twice. */
export function needsYes(name: SecretName): boolean {
  return name !== 'SESSION_SECRETS';
}

/** The kids of a list in their order, the signing one first; null where the file has no such list or one that the Worker would refuse. */
export function kidsIn(text: string, name: SecretName): string[] | null {
  return pairsIn(text, name)?.map(({ kid }) => kid) ?? null;
}

/** The value of a list as it stands in the file, to be piped to where it is kept; null where there is none. */
export function listValue(text: string, name: SecretName): string | null {
  return (
    pairsIn(text, name)
      ?.map(({ kid, secret }) => `${kid}:${secret}`)
      .join(',') ?? null
  );
}

/** Puts a new secret first and keeps all others. `secret` is 32 random bytes as base64url. */
export function rotate(text: string, name: SecretName, secret: string): Change {
  const pairs = pairsIn(text, name);
  if (pairs === null) return unreadable(name);
  return changed(text, name, [{ kid: nextKid(pairs.map(({ kid }) => kid)), secret }, ...pairs]);
}

/** Takes one secret off its list. Not the first, which signs, and so never the last one. */
export function retire(text: string, name: SecretName, kid: string): Change {
  const pairs = pairsIn(text, name);
  if (pairs === null) return unreadable(name);
  if (!pairs.some((pair) => pair.kid === kid)) {
    return { ok: false, reason: `${name} has no ${kid}: it has ${pairs.map((pair) => pair.kid).join(', ')}.` };
  }
  if (pairs.length === 1) {
    return {
      ok: false,
      reason: `${kid} is the only secret of ${name}, and the Worker does not start without one: rotate first.`,
    };
  }
  if (pairs[0]?.kid === kid) {
    return { ok: false, reason: `${kid} is what ${name} makes new things with: rotate first, then retire it.` };
  }
  return changed(
    text,
    name,
    pairs.filter((pair) => pair.kid !== kid),
  );
}

interface Pair {
  kid: string;
  secret: string;
}

/** One line of the file, with the quotes that environment files allow. */
function lineOf(name: SecretName): RegExp {
  return new RegExp(`^([ \\t]*(?:export[ \\t]+)?${name}[ \\t]*=[ \\t]*)(["']?)([^"'\\r\\n]*?)\\2([ \\t]*)$`, 'gm');
}

/** Null for no line, for two (which of them counts is not the same for every reader), and for what the Worker would not start with. */
function pairsIn(text: string, name: SecretName): Pair[] | null {
  const [line, ...more] = text.matchAll(lineOf(name));
  if (!line || more.length > 0) return null;
  const pairs = (line[3] ?? '')
    .split(',')
    .filter((part) => part !== '')
    .map((part) => ({ kid: part.slice(0, part.indexOf(':')), secret: part.slice(part.indexOf(':') + 1) }));
  const isSound = pairs.every(({ kid, secret }) => KID.test(kid) && secret.length >= MIN_SECRET_CHARS);
  const isUnique = new Set(pairs.map(({ kid }) => kid)).size === pairs.length;
  return pairs.length > 0 && isSound && isUnique ? pairs : null;
}

/** Never a kid that is on the list; one that was on it before the newest has a lower number, so that no old token meets a new secret. */
function nextKid(kids: readonly string[]): string {
  const numbers = kids.map((kid) => Number(/^k(\d{1,9})$/.exec(kid)?.[1] ?? 0));
  return `k${Math.max(0, ...numbers) + 1}`;
}

function changed(text: string, name: SecretName, pairs: readonly Pair[]): Change {
  const value = pairs.map(({ kid, secret }) => `${kid}:${secret}`).join(',');
  return {
    ok: true,
    text: text.replace(lineOf(name), (_line, before: string, quote: string) => before + quote + value + quote),
    kids: pairs.map(({ kid }) => kid),
  };
}

function unreadable(name: SecretName): Refusal {
  return {
    ok: false,
    reason: `The file needs exactly one line ${name}=kid:secret,… with different kids and secrets of at least ${MIN_SECRET_CHARS} characters.`,
  };
}
