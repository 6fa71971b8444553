import { countryName } from './country.ts';

/** Longer values say nothing at a glance. Characters. */
const LONGEST = 60;
const MOST = 4;

/** By their names in the audit trail. A wrong code does not say what it was to be a code of. */
const FACTORS: Readonly<Record<string, string>> = {
  totp: 'the authenticator app',
  recovery: 'a recovery code',
  passkey: 'a passkey',
  password: 'the password',
  code: 'a code',
};
const ROLES: Readonly<Record<string, string>> = {
  admin: 'an administrator',
  analyst: 'an analyst',
  viewer: 'a viewer',
};

type Words = (value: unknown, action: string) => string;

const nothing: Words = () => '';

/** What a person would say of each value; a name that is not here is said as it is. */
const WORDS: Readonly<Record<string, Words>> = {
  // Whose account it is: everything in its history is.
  userId: nothing,
  username: nothing,
  // The page has names for them.
  passkeyId: nothing,
  newSession: nothing,
  factor: (value) => `with ${inWords(FACTORS, value)}`,
  by: (value) => `with ${inWords(FACTORS, value)}`,
  methods: (value) => listed(value, 'or'),
  cleared: (value) => listed(value, 'and'),
  factorsCleared: (value) => (listed(value, 'and') === '' ? '' : `took away ${listed(value, 'and')}`),
  reason: plain,
  name: (value) => `“${plain(value)}”`,
  backedUp: (value) => (value === true ? 'kept in an account that copies it to other devices' : 'on that device only'),
  recoveryCodes: (value) => `${plain(value)} recovery codes`,
  counter: (value) => `it had counted to ${plain(value)}`,
  known: (value) => `the one that is known to ${plain(value)}`,
  country: (value) => fromTo(value, (code) => countryName(plain(code))),
  browser: (value) => fromTo(value, plain),
  openedFrom: (value) => `opened from ${plain(value)}`,
  lastSeenFrom: (value) => `last used from ${plain(value)}`,
  role: (value) => `as ${inWords(ROLES, value)}`,
  projectIds: (value) => (Array.isArray(value) ? projects(value.length) : ''),
  password: () => 'another password',
  disabled: (value, action) =>
    value === true ? 'the account is disabled' : action === 'user.update' ? 'the account is enabled' : '',
  wasDisabled: (value) => (value === true ? 'the account was disabled before' : ''),
};

/** The detail of an audit row in one line, as a person would say it; '' where there is nothing to say. */
export function detailWords(action: string, detail: Record<string, unknown> | null): string {
  return Object.entries(detail ?? {})
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => (Object.hasOwn(WORDS, name) ? (WORDS[name] as Words)(value, action) : named(name, value)))
    .filter((words) => words !== '')
    .slice(0, MOST)
    .join('; ');
}

function inWords(words: Readonly<Record<string, string>>, value: unknown): string {
  const name = plain(value);
  return Object.hasOwn(words, name) ? (words[name] as string) : name;
}

function listed(value: unknown, last: 'and' | 'or'): string {
  const names = Array.isArray(value) ? value.map((name) => inWords(FACTORS, name)) : [];
  const end = names.pop() ?? '';
  return names.length === 0 ? end : `${names.join(', ')} ${last} ${end}`;
}

function projects(count: number): string {
  return count === 0 ? 'no project' : count === 1 ? 'one project' : `${count} projects`;
}

function fromTo(value: unknown, words: (of: unknown) => string): string {
  if (typeof value !== 'object' || value === null || !('from' in value) || !('to' in value)) return '';
  return `from ${words(value.from)} to ${words(value.to)}`;
}

/** `lastAddress` is "last address". */
function named(name: string, value: unknown): string {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).replaceAll('_', ' ');
  return plain(value) === '' ? '' : `${words}: ${plain(value)}`;
}

function plain(value: unknown): string {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return '';
  const text = String(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
