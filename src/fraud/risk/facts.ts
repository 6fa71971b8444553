/**
 * What was known of an event at the moment it was scored, and all that its score may rest on. Stored with the event, so that any other rules can be
 * run on it later (dry run, replay) with the answer they would have given then. Everything is bounded; counts stop at MAX_COUNTED.
 */
export interface Facts {
  /** Version of this shape. Fields are only added, and null is what an older event does not say. */
  v: 1;
  eventType: string;
  /** Of the customer's product: false for a refused sign-in or payment. Null where it was not said. */
  success: boolean | null;
  amountCents: number | null;
  /** Events of the same user, device or address in the time before this one, itself not counted. Null: the event names none. */
  user: Velocity;
  device: Velocity | null;
  address: Velocity | null;
  /** Since the user was first seen; 0 for the first event. */
  userAgeMs: number;
  /** Null where no device is known. `sinceMs`: since this user was first seen on it, 0 for the first time. */
  deviceOfUser: { sinceMs: number; otherDevices: number } | null;
  /** Other users seen on the device within 30 days. */
  otherUsersOnDevice: number;
  /** Against the last event of the user that had a place; null where either has none. */
  travel: { km: number; elapsedMs: number } | null;
  /** Country of the user's last event, where it is another one. */
  countryChange: { from: string; to: string; elapsedMs: number } | null;
  /** Of the user's earlier amounts that were successful, or allowed where nobody said how it went; null without any. `meanLog` and `sdLog` are of ln(amount in cents + 1). */
  amounts: { count: number; meanLog: number; sdLog: number; maxCents: number } | null;
  /** Other accounts with a reference (phone, e-mail, device) in common with this one. */
  sharedReferences: { accounts: number; types: string[] };
  /** Confirmed as fraud by a reviewer: this user before, its device, an account that shares a reference or device. */
  confirmedFraud: { user: boolean; device: boolean; linkedAccounts: number };
  /** Confirmed as legitimate by a reviewer, and not as fraud since. */
  confirmedLegitimate: { user: boolean; device: boolean };
  cookies: CookieFacts;
}

export interface Velocity {
  lastMinute: Counted;
  last10Minutes: Counted;
  lastHour: Counted;
  lastDay: Counted;
}

export interface Counted {
  events: number;
  failures: number;
}

export const MAX_COUNTED = 500;

/** What the fraud cookies of the request said; `none` is no cookie at all, which is usual for a first visit and for calls between servers. */
export interface CookieFacts {
  session: 'none' | 'valid' | 'expired' | 'revoked' | 'unknown' | 'of_another_user';
  device: 'none' | 'known' | 'unknown' | 'revoked';
  /** The device cookie is not the one that the session was opened with. */
  deviceMismatch: boolean;
  /** Two cookies of one fraud cookie's name. */
  duplicated: boolean;
  /** Browser family or operating system differ from those that the session was opened with. */
  browserChanged: boolean;
}
