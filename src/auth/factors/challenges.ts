/** How long a ceremony may take: WebAuthn 15.1 recommends 5 minutes where a person is verified. */
export const CHALLENGE_MS = 5 * 60_000;
/** Wrong codes for one right password; then the password is asked for again. */
export const MAX_TRIES = 5;
/** Live challenges of one session, one password or one address: a page that asks with each visit stays below. */
export const MAX_LIVE = 100;
