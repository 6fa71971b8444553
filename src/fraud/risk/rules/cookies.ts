import type { CookieFacts } from '../../../wire/fraud.ts';
import type { Rule } from '../types.ts';

const ANOMALIES: readonly { holds: (cookies: CookieFacts) => boolean; text: string }[] = [
  { holds: ({ session }) => session === 'of_another_user', text: 'the session cookie is of another user' },
  { holds: ({ session }) => session === 'revoked', text: 'the session cookie was revoked' },
  { holds: ({ session }) => session === 'unknown', text: 'the session cookie is none that was given out' },
  // One that ended with its session is the same anomaly.
  {
    holds: ({ session, device }) => device === 'revoked' && session !== 'revoked',
    text: 'the device cookie was revoked',
  },
  { holds: ({ device }) => device === 'unknown', text: 'the device cookie is none that was given out' },
  { holds: ({ deviceMismatch }) => deviceMismatch, text: 'the session was opened on another device' },
  { holds: ({ duplicated }) => duplicated, text: 'a fraud cookie was sent twice' },
];

/**
 * Fraud cookies that no browser of ours sends: copied, invented, given to somebody else, or planted beside the real ones. Threshold: anomalies at
 * once from which on it counts; 1 to 6, whole. Default 1: each is something that a browser does not do by itself. No cookie at all is usual (a first
 * visit, a call between servers), and so is one that expired.
 */
export const cookieAnomaly: Rule = ({ cookies }, { points, threshold }) => {
  const found = ANOMALIES.filter(({ holds }) => holds(cookies));
  if (found.length < threshold) return null;
  const many = found.length === 1 ? '1 anomaly' : `${found.length} anomalies`;
  return { points, detail: `${many} of the cookies: ${found.map(({ text }) => text).join('; ')}` };
};

/**
 * Browser family or operating system differ from those that the session was opened with: a fingerprint, so weak (see score.ts). Has no threshold,
 * which is always 1: an update does not change the family, but a browser that asks for a site's desktop version does.
 */
export const browserChanged: Rule = ({ cookies }, { points }) =>
  cookies.browserChanged
    ? { points, detail: 'The browser or operating system is another one than the session was opened with' }
    : null;
