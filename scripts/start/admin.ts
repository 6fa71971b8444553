import { randomInt } from 'node:crypto';
import { type AdminSession, logIn, setUpAdmin } from './api.ts';
import { readIfThere, type StateFolder, writePrivate } from './state-folder.ts';

export const ADMIN_USERNAME = 'admin';

export interface FirstAdmin {
  /** Null where the password was changed in the dashboard, or sign-in is throttled: then nobody but its owner knows it. */
  password: string | null;
  session: AdminSession | null;
  notice: string | null;
}

/**
 * Signs the first administrator in, creating it on an empty state. `wanted` (--admin-password) always ends up as its
 * password; without it the password of the state folder is used, and one that was changed since is left alone.
 */
export async function ensureFirstAdmin(
  url: string,
  folder: StateFolder,
  setupToken: string,
  wanted: string | null,
): Promise<FirstAdmin> {
  const stored = readIfThere(folder.adminPassword);
  const password = wanted ?? stored ?? randomPassword();
  const known = stored === null ? null : await logIn(url, ADMIN_USERNAME, password);
  if (known?.kind === 'ok') {
    if (password !== stored) writePrivate(folder.adminPassword, password);
    return { password, session: known.session, notice: null };
  }
  if (known?.kind === 'throttled' && wanted === null) {
    return { password: null, session: null, notice: 'sign-in is throttled after failed attempts; try again later' };
  }
  if (known && wanted === null) {
    return { password: null, session: null, notice: 'changed in the dashboard; --admin-password sets a new one' };
  }
  await setUpAdmin(url, setupToken, password);
  writePrivate(folder.adminPassword, password);
  const fresh = await logIn(url, ADMIN_USERNAME, password);
  const notice = known ? 'reset by --admin-password; all its sessions ended' : null;
  return { password, session: fresh.kind === 'ok' ? fresh.session : null, notice };
}

/** 20 letters and digits that are not mistaken for one another: 98 bits. */
function randomPassword(): string {
  const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';
  return Array.from({ length: 20 }, () => alphabet[randomInt(alphabet.length)]).join('');
}
